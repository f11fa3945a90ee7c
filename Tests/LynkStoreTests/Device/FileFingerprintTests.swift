import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkStore
import Testing

@Suite("Copies of a replica's file, found when it is opened")
struct FileFingerprintTests {
    private func open(_ world: World, _ name: String) throws -> Replica {
        try Replica(
            path: "\(world.directory)/\(name).sqlite", schema: ShopApplication().schema,
            clock: world.time)
    }

    private func lane(_ replica: Replica) throws -> String {
        try replica.read { try String.fetchOne($0, sql: "SELECT lane FROM sync_status") ?? "" }
    }

    @Test("The same file opened again goes on in its lane")
    func reopened() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Care")
        let before = try lane(ann.replica)
        try ann.replica.close()
        let again = try open(world, "ann")
        #expect(try lane(again) == before)
    }

    @Test("A copy takes a lane of its own before it writes; the original keeps its own")
    func copied() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Care")
        try ann.sync()
        let before = try lane(ann.replica)
        let (first, second) = try world.clone(ann, "ann", to: "copy")
        #expect(try lane(first.replica) == before)
        #expect(try lane(second.replica) != before)
        #expect(try second.rows("SELECT reason FROM lynk_lane_left") == ["copied"])
        try first.addShop("First")
        try second.addShop("Second")
        #expect(try first.sync()?.digestMatches == true)
        #expect(try second.sync()?.digestMatches == true)
        #expect(try second.replica.status().pending == 0)
        #expect(
            try second.rows("SELECT name FROM shop ORDER BY name") == ["Care", "First", "Second"])
    }

    @Test("A file that was moved is the same file")
    func moved() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Care")
        let before = try lane(ann.replica)
        try ann.replica.close()
        for suffix in ["", "-wal", "-shm"] {
            let path = "\(world.directory)/ann.sqlite\(suffix)"
            guard FileManager.default.fileExists(atPath: path) else { continue }
            try FileManager.default.moveItem(
                atPath: path, toPath: "\(world.directory)/moved.sqlite\(suffix)")
        }
        #expect(try lane(open(world, "moved")) == before)
    }

    @Test(
        "Another machine, inode or time of birth is another place",
        arguments: [
            FileFingerprint(machine: [2], inode: 1, birthNanoseconds: 1),
            FileFingerprint(machine: [1], inode: 2, birthNanoseconds: 1),
            FileFingerprint(machine: [1], inode: 1, birthNanoseconds: 2),
        ])
    func fences(_ other: FileFingerprint) throws {
        let world = try World()
        let path = world.directory + "/fenced.sqlite"
        func open(_ place: FileFingerprint) throws -> String {
            let replica = try Replica(
                path: path, schema: ShopApplication().schema, clock: world.time
            ) { _ in place }
            defer { try? replica.close() }
            return try lane(replica)
        }
        let home = FileFingerprint(machine: [1], inode: 1, birthNanoseconds: 1)
        let first = try open(home)
        #expect(try open(home) == first)
        let second = try open(other)
        #expect(second != first)
        #expect(try open(other) == second)
    }
}
