import Foundation
import GRDB
import LynkCore
import LynkEngine
import TestSupport
import Testing

@testable import LynkStore

/// A device on a real file whose every write is written down, and a hub in memory.
///
/// A write of the stage is a new shop named by a number, and in the same transaction as many visits
/// of the first shop as two to the power of that number: what survived is seen in both, once each.
final class DeviceStage {
    /// What was true when so much was on the tape.
    private struct Moment {
        let length: Int
        let hub: InMemoryTenantStore.Snapshot
        let acknowledged: Int
        let started: Int
    }

    let world: TwinWorld
    private(set) var device: TwinDevice
    let base: RowKey
    private let isCareless: Bool
    private var tape: FileTape?
    private var moments: [Moment] = []
    private var acknowledged = 0
    private var started = 0

    /// - Parameter isCareless: whether commits are not synced; what it costs has to be seen.
    init(isCareless: Bool = false) throws {
        self.isCareless = isCareless
        world = try TwinWorld(on: StorePair(hub: .memory, replica: .sqlite))
        device = try world.device()
        base = try device.addShop("base")
        guard try device.settle() else { throw Problem(.internalFailure, "the stage is not set") }
    }

    private var replica: SQLiteReplicaFixture {
        get throws {
            guard let replica = device.fixture as? SQLiteReplicaFixture else {
                throw Problem(.internalFailure)
            }
            return replica
        }
    }

    /// From here on the file is watched. The replica is opened anew, for its connections to be.
    func raise() throws {
        let replica = try replica
        try replica.replica.close()
        tape = FileTape.record(world.directory, prefix: replica.name)
        try reopen()
        if isCareless {
            try self.replica.replica.pool.writeWithoutTransaction {
                try $0.execute(sql: "PRAGMA synchronous = NORMAL")
            }
        }
        mark()
    }

    private func reopen() throws {
        let fixture = try replica.reopened()
        if try fixture.store.enrolment() == nil { try fixture.store.adopt(enrolment) }
        device = TwinDevice(
            world: world, principal: device.principal, fixture: fixture, clock: device.clock)
    }

    private var enrolment: Enrolment {
        get throws {
            let secret = RowKey.derived("key", [device.principal.device.bytes]).bytes
            guard let key = DeviceKey(bytes: secret + secret) else {
                throw Problem(.internalFailure)
            }
            return Enrolment(
                server: "https://localhost", principal: device.principal, key: key)
        }
    }

    private func mark() {
        guard let hub = world.hub.memory?.snapshot() else { return }
        moments.append(
            Moment(
                length: FileTape.length, hub: hub, acknowledged: acknowledged, started: started))
    }

    /// Another step: what is true after it is taken down.
    func step(_ body: () throws -> Void) throws {
        try body()
        mark()
    }

    func write() throws {
        let number = started
        started += 1
        mark()
        let key = device.fixture.mintKey()
        try device.fixture.write([
            .insert(1, key, [.init(1, .text("1")), .init(2, .text("\(number)"))]),
            .add(1, base, 4, 1 << Int64(number)),
        ])
        acknowledged = started
        mark()
    }

    func sync(_ fault: TwinFault = .none) throws {
        try device.sync(fault) { mark() }
        mark()
    }

    /// Takes the hub back to what it was at the stage's beginning.
    func rollHubBack() throws {
        guard let first = moments.first else { return }
        try world.replaceHub(with: first.hub)
        mark()
    }

    // MARK: After the crash

    /// Ends the recording, and crashes at every so manieth boundary in every way.
    func crashEverywhere(every stride: Int) throws -> CrashReport {
        try replica.replica.close()
        tape?.stop()
        var report = CrashReport()
        guard let tape else { return report }
        try report.run(tape, every: stride) { files, boundary in
            try FileTape.put(files, in: world.directory, prefix: try replica.name)
            defer { try? replica.replica.close() }
            return try recover(boundary)
        }
        return report
    }

    /// Opens the files as they are, now that no call fails any more.
    func recoverNow() throws -> [String] {
        try? replica.replica.close()
        tape?.stop()
        defer { try? replica.replica.close() }
        return try recover(.max)
    }

    /// - Returns: what is not as it was promised.
    private func recover(_ boundary: Int) throws -> [String] {
        guard let moment = moments.last(where: { $0.length <= boundary }) else { return [] }
        try world.replaceHub(with: moment.hub)
        try reopen()
        var violations = try replica.replica.read { database in
            try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
        }
        if try !device.settle() { violations.append("the device does not come to equal the hub") }
        let shops = try device.show(ShopApplication.shop, ["name", "visits"])
            .map { $0.split(separator: " ") }
        let numbers = shops.compactMap { Int($0[0]) }.sorted()
        if numbers != Array(0..<numbers.count) { violations.append("not whole: \(numbers)") }
        if numbers.count < moment.acknowledged || numbers.count > moment.started {
            violations.append(
                "\(numbers.count) writes of \(moment.acknowledged)...\(moment.started)")
        }
        let visits = shops.first { $0[0] == "base" }.flatMap { Int($0[1]) }
        if visits != (1 << numbers.count) - 1 {
            violations.append("visits are \(visits ?? -1) after \(numbers.count) writes")
        }
        return violations
    }
}
