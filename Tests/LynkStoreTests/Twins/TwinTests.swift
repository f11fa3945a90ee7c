import Foundation
import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

@Suite("The replica in memory is the twin of the one on SQLite")
struct TwinTests {
    /// More seeds in `LYNK_SEEDS`.
    static let seeds = UInt64(ProcessInfo.processInfo.environment["LYNK_SEEDS"] ?? "") ?? 16

    /// What must be the same in two worlds of one history.
    private static func summary(_ device: TwinDevice) throws -> [String] {
        var lines: [String] = []
        for table in device.schema.tables {
            lines += try device.fixture.rows(table).map { "\($0)" }
            lines += try device.fixture.confirmed(table).map(\.meaning)
        }
        let status = try device.fixture.status()
        lines.append(
            "\(status.position) \(status.vector.sorted.map(\.number)) \(status.pending) "
                + "\(status.refused) \(status.incidents) \(status.scopes) \(status.rows) "
                + hexadecimal(status.root))
        return lines
    }

    /// Names of change sets with several rows depend on the order of the rows, which SQLite's
    /// session chooses; the rest of a receipt does not.
    private static func receipts(_ device: TwinDevice) throws -> [String] {
        try device.fixture.receipts().map {
            "\($0.disposition) \($0.number)@\($0.effective) \($0.conflicts) \($0.problem ?? "-")"
        }
    }

    /// What is true of a replica between any two steps.
    private static func hold(_ device: TwinDevice, _ place: String) throws {
        for table in device.schema.tables {
            let shown = try device.fixture.rows(table)
            let recomputed = try device.fixture.recomputedRows(table)
            try #require(shown == recomputed, "\(place)")
        }
        let status = try device.fixture.status()
        let root = try device.fixture.recomputeRoot()
        try #require(root == status.root || status.root.isEmpty, "\(place)")
    }

    @Test(
        "Fed one history, both show, keep and digest the same after every step",
        arguments: 1...seeds)
    func identicalHistory(_ seed: UInt64) throws {
        let count = 2 + Int(seed % 3)
        let script = ScriptStep.script(seed: seed, devices: count, steps: 60)
        let worlds = try StorePair.all.map { pair in
            let world = try TwinWorld(on: pair, seed: seed)
            return (world, try (0..<count).map { _ in try world.device() })
        }
        for (number, step) in script.enumerated() {
            var found: [[String]] = []
            for (world, devices) in worlds {
                try world.play(step, devices)
                found.append(try devices.flatMap { try Self.summary($0) + Self.receipts($0) })
            }
            for (pair, other) in zip(StorePair.all, found) where other != found[0] {
                let differences = zip(found[0], other).filter { $0 != $1 }
                Issue.record(
                    "seed \(seed), step \(number), \(pair): \(step): \(differences.prefix(3))")
                return
            }
        }
    }

    @Test(
        "Mixed on one hub, all converge with equal digests and receipts of each change set",
        arguments: 1...seeds)
    func mixed(_ seed: UInt64) throws {
        let count = 2 + Int(seed % 3)
        let script = ScriptStep.script(seed: seed &+ 1_000, devices: count, steps: 80)
        let world = try TwinWorld(
            on: StorePair.all[Int(seed % 4)], seed: seed)
        let devices = try (0..<count).map { number in
            try world.device((number + Int(seed)).isMultiple(of: 2) ? .sqlite : .memory)
        }
        for step in script {
            try world.play(step, devices)
            for device in devices { try Self.hold(device, "seed \(seed), after \(step)") }
        }
        for _ in 0..<2 { for device in devices { #expect(try device.settle(), "seed \(seed)") } }
        let shops = try devices.map { try $0.fixture.confirmed(ShopApplication.shop) }
        #expect(shops.allSatisfy { $0 == shops[0] }, "seed \(seed)")
        for device in devices {
            #expect(try device.fixture.status().incidents == 0, "seed \(seed)")
            #expect(try device.fixture.pending() == [], "seed \(seed)")
        }
    }
}
