import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkSimulator
import LynkStore
import Synchronization

/// Files that a disk, a copy or a person has damaged. An input is what to write where into a
/// whole file: a page, a place in it, how much, and the bytes.
extension FuzzTarget {
    static let files = [
        FuzzTarget("replica-file", bytesMax: 512, seeds: { patchSeeds }) { input in
            try replicaFile(input)
        },
        FuzzTarget("hub-file", bytesMax: 512, seeds: { patchSeeds }) { input in
            try hubFile(input)
        },
        FuzzTarget("control-file", bytesMax: 512, seeds: { patchSeeds }) { input in
            try controlFile(input)
        },
    ]

    private static let patchSeeds: [[UInt8]] = [
        [], [0, 0, 0, 1, 0x54], [0, 0, 100, 2, 0x0A, 0x05], [3, 0x0F, 0xF0, 3, 1, 2, 3],
        [0, 0, 28, 4, 0, 0, 0, 9], [7, 0, 8, 2, 0xFF, 0xFF, 9, 0x0E, 0, 4, 0, 0, 0, 0],
    ]

    // MARK: A device

    private static func replicaFile(_ input: [UInt8]) throws {
        let file = try ScratchFile("replica")
        defer { file.remove() }
        try file.write(patched(try DeviceFile.whole.get().bytes, input))
        guard let replica = try opened({ try DeviceFile.open(file.path) }) else { return }
        defer { try? replica.close() }
        for step: () throws -> Void in [
            { _ = try replica.status() }, { _ = try replica.refused() },
            { _ = try replica.offer() }, { _ = try replica.recomputeRoot() },
            { _ = try replica.heldHead() }, { _ = try replica.startRepair() },
            { _ = try replica.ownChanges(of: 2, RowKey(high: 2, low: 2)) },
            {
                try replica.write {
                    try $0.execute(
                        sql: "INSERT INTO board (id, area, name) VALUES (?, 'a', 'later')",
                        arguments: [Data(RowKey(high: 5, low: 5).bytes)])
                }
            },
            {
                try SmallDevice.take(try DeviceFile.whole.get().answer, into: replica)
            },
            { _ = try replica.offer() },
        ] { try fileStep(step) }
    }

    // MARK: A hub

    private static func hubFile(_ input: [UInt8]) throws {
        let file = try ScratchFile("hub")
        defer { file.remove() }
        try file.write(patched(try HubFile.whole.get(), input))
        guard let store = try opened({ try HubFile.open(file.path) }) else { return }
        defer { try? store.close() }
        let world = try SmallWorld(SmallWorld.start.get())
        let device = world.other
        let now = world.time.now
        for step: () throws -> Void in [
            { _ = try store.clockReport() },
            { _ = try store.history(of: 2, RowKey(high: 2, low: 2)) },
            {
                let body = try device.request()
                _ = try SmallWorld.answer(body, to: device, by: store, now: now)
            },
            {
                guard let ask = try device.replica.startRepair() else { return }
                _ = try store.verify(ask, for: device.principal, nowMilliseconds: now)
            },
            {
                _ = try store.floorReport(
                    nowMilliseconds: now + 1_000_000, ageMilliseconds: 1, counting: true)
                _ = try store.advanceFloor(
                    nowMilliseconds: now + 1_000_000, ageMilliseconds: 1, work: 100)
            },
        ] { try fileStep(step) }
    }

    private static func controlFile(_ input: [UInt8]) throws {
        let file = try ScratchFile("control")
        defer { file.remove() }
        try file.write(patched(try ControlFile.whole.get(), input))
        guard let store = try opened({ try SQLiteControlStore(path: file.path) }) else { return }
        let tenant = SmallWorld.tenant
        for step: () throws -> Void in [
            { _ = try store.tenants() }, { _ = try store.tenant(tenant) },
            { _ = try store.devices(of: tenant) }, { _ = try store.device(ControlFile.device) },
            { _ = try store.backups() }, { _ = try store.secret("a") { [1] } },
            {
                _ = try store.redeem(
                    codeHash: [1, 2, 3], device: DeviceID(high: 1, low: 9),
                    publicKey: ControlFile.key(), nowMilliseconds: 5)
            },
            { try store.revoke(ControlFile.device) },
        ] { try fileStep(step) }
    }

    // MARK: What is allowed

    /// A file that cannot be used is refused with a code, whatever is wrong with it.
    private static func opened<Store>(_ body: () throws -> Store) throws -> Store? {
        do { return try body() } catch { return try refused(error) }
    }

    /// What is found later may also be SQLite's own word.
    private static func fileStep(_ body: () throws -> Void) throws {
        do { try body() } catch is DatabaseError {} catch { let _: Void? = try refused(error) }
    }

    /// The file with what the input writes into it.
    private static func patched(_ whole: [UInt8], _ input: [UInt8]) -> [UInt8] {
        var bytes = whole
        var rest = input[...]
        while rest.count > 4 {
            let header = Array(rest.prefix(4))
            let place = Int(header[0]) << 12 | (Int(header[1]) << 8 | Int(header[2])) & 0xFFF
            let patch = rest.dropFirst(4).prefix(max(Int(header[3] & 31), 1))
            rest = rest.dropFirst(4 + patch.count)
            // Wrong sizes and ends of a file are damage too.
            if header[0] == 0xFF, place < bytes.count * 2, let first = patch.first {
                bytes.removeLast(min(bytes.count, Int(first) << 9))
            }
            for (offset, byte) in patch.enumerated() where place + offset < bytes.count {
                bytes[place + offset] = byte
            }
        }
        return bytes
    }
}

/// A file in memory where the system has such a place, because nothing of it is to last.
struct ScratchFile {
    /// The tests run a target more than once at a time.
    private static let count = Atomic<Int>(0)
    let path: String

    init(_ name: String) throws {
        let shared = "/dev/shm"
        let root =
            FileManager.default.isWritableFile(atPath: shared) ? shared : NSTemporaryDirectory()
        let number = Self.count.add(1, ordering: .relaxed).newValue
        path = "\(root)/lynk-fuzz-\(getpid())-\(number)-\(name).sqlite"
    }

    func write(_ bytes: [UInt8]) throws {
        remove()
        try Data(bytes).write(to: URL(fileURLWithPath: path))
    }

    func remove() {
        for suffix in ["", "-wal", "-shm", "-journal"] { unlink(path + suffix) }
    }
}

/// A device's file with rows, receipts, refused and pending work.
private enum DeviceFile {
    static let whole = Result { try make() }

    static func open(_ path: String) throws -> Replica {
        try Replica(
            path: path, schema: SmallWorld.schema, clock: StillClock(), random: Chance(seed: 2),
            fingerprint: { _ in
                FileFingerprint(machine: [1], inode: 1, birthNanoseconds: 1)
            })
    }

    private static func make() throws -> (bytes: [UInt8], answer: [UInt8]) {
        let world = try SmallWorld(SmallWorld.start.get())
        let device = world.other
        let file = try ScratchFile("template")
        file.remove()
        defer { file.remove() }
        let replica = try open(file.path)
        let third = try SmallDevice(3, area: "a", world.time, nil)
        try replica.adopt(
            Enrolment(
                server: "https://hub.test", principal: third.principal, key: third.key))
        let member = RowChange(
            table: 1, key: RowKey(high: 1, low: 3), kind: .insert,
            puts: [.init(1, .key(third.principal.user)), .init(2, "a"), .init(3, 1)])
        _ = try world.office([member])
        func exchange() throws {
            let body = try SmallDevice.request(of: replica)
            try SmallDevice.take(try world.answer(body, to: third), into: replica)
        }
        try exchange()
        for (number, name) in ["one", "two", "FORBIDDEN"].enumerated() {
            try replica.write {
                try $0.execute(
                    sql: "INSERT INTO board (id, area, name, count) VALUES (?, 'a', ?, 2)",
                    arguments: [Data(RowKey(high: 4, low: UInt64(number)).bytes), name])
            }
        }
        try exchange()
        try replica.write {
            try $0.execute(
                sql: "UPDATE board SET name = 'pending', count = count + 1 WHERE id = ?",
                arguments: [Data(device.row.bytes)])
        }
        _ = try world.office([
            RowChange(table: 2, key: device.row, kind: .update, puts: [.init(3, "office")])
        ])
        let answer = try world.answer(try SmallDevice.request(of: replica), to: third)
        try replica.close()
        return (Array(try Data(contentsOf: URL(fileURLWithPath: file.path))), answer)
    }
}

/// A tenant's file after a few commits.
private enum HubFile {
    static let whole = Result { try make() }

    static func open(_ path: String) throws -> SQLiteTenantStore {
        var chance = Chance(seed: 21)
        return try SQLiteTenantStore(
            path: path, tenant: SmallWorld.tenant,
            application: SimulatedApplication(version: 1), random: &chance)
    }

    private static func make() throws -> [UInt8] {
        let file = try ScratchFile("template")
        file.remove()
        defer { file.remove() }
        let store = try open(file.path)
        let world = try SmallWorld(nil)
        for device in [world.honest, world.other] {
            _ = try SmallWorld.office([SmallWorld.member(device)], by: store, world.time)
            for _ in 0..<2 {
                let body = try device.request()
                try device.take(
                    try SmallWorld.answer(body, to: device, by: store, now: world.time.now))
                try device.replica.write([
                    .insert(
                        2, RowKey(high: 6, low: world.time.now.magnitude + device.number),
                        [.init(1, .text(device.area)), .init(2, "FORBIDDEN"), .init(6, .null)])
                ])
                world.time.advance(1)
            }
        }
        try store.close()
        return Array(try Data(contentsOf: URL(fileURLWithPath: file.path)))
    }
}

/// A control database with one of everything.
private enum ControlFile {
    static let whole = Result { try make() }
    static let device = DeviceID(high: 1, low: 1)

    static func key() throws -> DevicePublicKey {
        guard let key = DeviceKey(bytes: [UInt8](repeating: 4, count: 32)) else {
            throw FuzzFault("no key")
        }
        return key.publicKey
    }

    private static func make() throws -> [UInt8] {
        let file = try ScratchFile("template")
        file.remove()
        defer { file.remove() }
        let store = try SQLiteControlStore(path: file.path)
        let tenant = SmallWorld.tenant
        try store.createTenant(TenantRecord(id: tenant, name: "A", createdMilliseconds: 1))
        for hash in [[UInt8(1), 2, 3], [4, 5, 6]] {
            try store.addCode(
                EnrolmentCode(
                    hash: hash, tenant: tenant, user: UserID(high: 2, low: 2), role: "worker",
                    expiresMilliseconds: 9))
        }
        _ = try store.redeem(
            codeHash: [4, 5, 6], device: device, publicKey: key(), nowMilliseconds: 2)
        _ = try store.secret("a") { [7, 8] }
        try store.record(
            BackupRecord(
                backup: TenantBackup(
                    tenant: tenant, position: 3,
                    vector: VersionVector([EraID(high: 1, low: 1): 3])),
                completedMilliseconds: 4))
        // Copied, because the store has no close: what is in the write-ahead log goes along.
        let copy = try ScratchFile("template-copy")
        copy.remove()
        defer { copy.remove() }
        try store.backUp(to: copy.path)
        return Array(try Data(contentsOf: URL(fileURLWithPath: copy.path)))
    }
}
