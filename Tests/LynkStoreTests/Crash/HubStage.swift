import GRDB
import LynkCore
import LynkEngine
import LynkWire
import TestSupport
import Testing

@testable import LynkStore

/// A hub on a real file whose every write is written down, and three devices in memory.
///
/// What a device writes is as in a ``DeviceStage``.
final class HubStage {
    /// What was true when so much was on the tape.
    private struct Moment {
        let length: Int
        let devices: [InMemoryReplica.Snapshot]
        let written: Int
    }

    let world: TwinWorld
    let devices: [TwinDevice]
    let base: RowKey
    private var tape: FileTape?
    private var moments: [Moment] = []
    private var written = 0

    init() throws {
        world = try TwinWorld(on: StorePair(hub: .sqlite, replica: .memory))
        devices = try (0..<3).map { [world] _ in try world.device() }
        base = try devices[0].addShop("base")
        for device in devices {
            guard try device.settle() else {
                throw Problem(.internalFailure, "the stage is not set")
            }
        }
    }

    private var replicas: [InMemoryReplica] {
        devices.compactMap { ($0.fixture as? MemoryReplicaFixture)?.replica }
    }

    /// From here on the file is watched. The hub is opened anew, for its connections to be.
    func raise() throws {
        try world.hub.store.close()
        tape = FileTape.record(world.directory, prefix: "hub.sqlite")
        try openHub()
        mark()
    }

    private func openHub() throws {
        try world.replaceHub(atPath: "\(world.directory)/hub.sqlite")
    }

    private func mark() {
        moments.append(
            Moment(
                length: FileTape.length, devices: replicas.map { $0.snapshot() },
                written: written))
    }

    func step(_ body: () throws -> Void) throws {
        mark()
        try body()
        mark()
    }

    func write(_ device: Int) throws {
        let key = devices[device].fixture.mintKey()
        try devices[device].fixture.write([
            .insert(1, key, [.init(1, .text("1")), .init(2, .text("\(written)"))]),
            .add(1, base, 4, 1 << Int64(written)),
        ])
        written += 1
        mark()
    }

    func sync(_ device: Int, _ fault: TwinFault = .none) throws {
        try devices[device].sync(fault) { mark() }
        mark()
    }

    /// All devices' pushes in one group commit; the answers get lost.
    func pushTogether() throws {
        let pushes = try devices.map { device in
            let request = try SyncRequest.decode(try device.request())
            return Push(
                principal: device.principal, lane: request.hello.lane,
                publicKey: try device.fixture.store.enrolment()?.key.publicKey,
                upload: request.hello.clock, receivedMilliseconds: world.time.now,
                work: .changeSets(request.changeSets, signature: request.signature),
                claims: PushClaims(request.hello))
        }
        try step { _ = try world.hub.store.commit(pushes) }
    }

    func reopen() throws {
        try step {
            try world.hub.store.close()
            try openHub()
        }
    }

    // MARK: After the crash

    func crashEverywhere(every stride: Int) throws -> CrashReport {
        try world.hub.store.close()
        tape?.stop()
        var report = CrashReport()
        guard let tape else { return report }
        try report.run(tape, every: stride) { files, boundary in
            try FileTape.put(files, in: world.directory, prefix: "hub.sqlite")
            defer { try? world.hub.store.close() }
            return try recover(boundary)
        }
        return report
    }

    /// Opens the files as they are, now that no call fails any more.
    func recoverNow() throws -> [String] {
        try? world.hub.store.close()
        tape?.stop()
        defer { try? world.hub.store.close() }
        return try recover(.max)
    }

    /// - Returns: what is not as it was promised.
    private func recover(_ boundary: Int) throws -> [String] {
        guard let moment = moments.last(where: { $0.length <= boundary }) else { return [] }
        for (replica, snapshot) in zip(replicas, moment.devices) {
            try replica.restore(snapshot)
        }
        try openHub()
        var violations =
            try world.hub.sqlite?.replica.file.pool.read { database in
                try String.fetchAll(database, sql: "PRAGMA integrity_check").filter { $0 != "ok" }
            } ?? ["no file"]
        for device in devices { violations += try lost(to: device) }
        for device in devices + devices where try !device.settle() {
            violations.append("a device does not come to equal the hub")
        }
        for device in devices {
            let shops = try device.show(ShopApplication.shop, ["name", "visits"])
                .map { $0.split(separator: " ") }
            let numbers = shops.compactMap { Int($0[0]) }.sorted()
            let visits = shops.first { $0[0] == "base" }.flatMap { Int($0[1]) }
            if numbers != Array(0..<moment.written) || visits != (1 << moment.written) - 1 {
                violations.append("\(numbers) and \(visits ?? -1) after \(moment.written) writes")
            }
        }
        return violations
    }

    /// What the hub had acknowledged to the device, and does not have.
    private func lost(to device: TwinDevice) throws -> [String] {
        let hello = try SyncRequest.decode(try device.request()).hello
        let verdict = try world.hub.store.openPull(
            for: device.principal, hello: hello, answer: nil, nowMilliseconds: world.time.now
        ).welcome.verdict
        let missing = try device.fixture.receipts().filter { receipt in
            try world.hub.read { try $0.position(of: receipt.oid) } == nil
        }
        return missing.map { "no \($0)" } + (verdict == .ok ? [] : ["the verdict is \(verdict)"])
    }
}
