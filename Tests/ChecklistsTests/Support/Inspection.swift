import Checklists
import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkStore
import LynkWire
import Synchronization

/// A hub and devices on real files, exchanging in process: no network, a virtual clock.
final class Inspection {
    static let tenant = TenantID(high: 1, low: 1)
    private let directory: String
    let clock = SharedClock()
    private(set) var hub: SQLiteTenantStore
    private var random: SeededGenerator

    init(seed: UInt64 = 1) throws {
        directory = NSTemporaryDirectory() + "checklists-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        random = SeededGenerator(seed: seed)
        hub = try Self.open(directory + "/hub.sqlite", &random)
    }

    deinit {
        try? hub.close()
        try? FileManager.default.removeItem(atPath: directory)
    }

    private static func open(
        _ path: String, _ random: inout SeededGenerator
    ) throws -> SQLiteTenantStore {
        try SQLiteTenantStore(
            path: path, tenant: tenant, application: Checklists(), random: &random)
    }

    func device(_ name: String, _ role: Role) throws -> TestDevice {
        let principal = Principal(
            tenant: Self.tenant, device: DeviceID(high: 9, low: random.next()),
            user: .derived("user", [Array(name.utf8)]), role: role.rawValue)
        let replica = try Replica(
            path: "\(directory)/\(name).sqlite", schema: Checklists().schema, clock: clock,
            random: SeededGenerator(seed: random.next()))
        try replica.adopt(
            Enrolment(server: "https://localhost", principal: principal, key: DeviceKey()))
        return TestDevice(inspection: self, principal: principal, replica: replica)
    }

    /// Keeps the hub's file as it is now: each copy is a hub that has seen the same so far.
    func freeze() throws {
        try hub.close()
        try copy("hub", to: "frozen")
        hub = try Self.open(directory + "/hub.sqlite", &random)
    }

    /// Goes on from the frozen file, forgetting what came since.
    func thaw() throws {
        try hub.close()
        try copy("frozen", to: "hub")
        hub = try Self.open(directory + "/hub.sqlite", &random)
    }

    private func copy(_ name: String, to other: String) throws {
        for suffix in ["", "-wal", "-shm"] {
            let source = "\(directory)/\(name).sqlite\(suffix)"
            let target = "\(directory)/\(other).sqlite\(suffix)"
            try? FileManager.default.removeItem(atPath: target)
            if FileManager.default.fileExists(atPath: source) {
                try FileManager.default.copyItem(atPath: source, toPath: target)
            }
        }
    }

    /// Every row of every table as text, in the order of keys.
    func state() throws -> [String] {
        try Checklists().schema.tables.flatMap { table in
            let names = ["id"] + table.fields.map(\.name)
            let query = Query(
                table.name,
                sql: "SELECT \(names.joined(separator: ", ")) FROM \(table.name) ORDER BY id",
                columns: names.map { Query.Column($0, .blob) })
            return try hub.run(query, arguments: [:], limit: 10_000).map { row in
                table.name + zip(names, row).map { " \($0)=\(Self.text($1))" }.joined()
            }
        }
    }

    private static func text(_ value: Value) -> String {
        switch value {
        case .null: "-"
        case .integer(let number): "\(number)"
        case .real(let number): "\(number)"
        case .text(let text): text
        case .blob(let bytes): hexadecimal(bytes)
        }
    }
}

/// One true time for all machines of a test; it moves when it is told to.
final class SharedClock: ReplicaClock {
    private let milliseconds = Atomic<Int64>(1_795_420_800_000)
    var now: Int64 { milliseconds.load(ordering: .relaxed) }

    func advance(seconds: Int64) { milliseconds.add(seconds * 1_000, ordering: .relaxed) }

    func read() -> ClockReading {
        ClockReading(
            wallMilliseconds: now, bootID: BootID(high: 0, low: 1),
            bootMilliseconds: now - 1_795_410_000_000)
    }
}

/// SplitMix64 (Steele, Lea and Flood, OOPSLA 2014): the same numbers for the same seed.
struct SeededGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
