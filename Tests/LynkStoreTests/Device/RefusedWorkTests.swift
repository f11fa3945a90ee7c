import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkStore
import LynkWire
import Testing

@Suite("What becomes of refused change sets")
struct RefusedWorkTests {
    /// A shop with a forbidden name, refused, and one after it, accepted.
    private func refused(_ world: World) throws -> (TestDevice, RefusedChangeSet) {
        let ann = try world.device("ann", district: 1)
        try ann.addShop("FORBIDDEN")
        try ann.addShop("Care")
        try ann.sync()
        let found = try ann.replica.refused()
        return (ann, try #require(found.first))
    }

    @Test("A refused change set stops nobody and is listed with its reason")
    func listed() throws {
        let world = try World()
        let (ann, refused) = try refused(world)
        #expect(try ann.shops() == ["Care - 0 NEW - confirmed"])
        #expect(refused.problem?.code == .notAuthorized)
        #expect(refused.content?.changes.count == 1)
        #expect(
            try ann.rows("SELECT disposition, problem FROM sync_rejected")
                == ["rejected not_authorized"])
        #expect(try ann.rows("SELECT refused, pending FROM sync_status") == ["1 0"])
    }

    @Test("Mended and written again, it is a new change set that names the refused one")
    func resubmitted() throws {
        let world = try World()
        let (ann, refused) = try refused(world)
        let made = try ann.replica.resubmit(refused.oid) { database in
            try database.execute(sql: "UPDATE shop SET name = 'Allowed' WHERE name = 'FORBIDDEN'")
        }
        #expect(try ann.replica.refused().isEmpty)
        try ann.sync()
        #expect(
            try ann.rows("SELECT name FROM shop ORDER BY name") == ["Allowed", "Care"])
        #expect(
            try ann.rows("SELECT resolution, successor FROM sync_receipts WHERE sequence = 1")
                == ["resubmitted \(made)"])
        let sent = try ann.rows("SELECT hex(bytes) FROM lynk_outbox WHERE sequence = 3")
        let name = Array("\(refused.oid)".utf8).map { String(format: "%02X", $0) }.joined()
        #expect(sent.first?.contains(name) == true)
        // The same one cannot be decided twice.
        #expect(throws: Problem.self) { try ann.replica.resubmit(refused.oid) }
        #expect(try ann.sync()?.digestMatches == true)
    }

    @Test("Given up, its bytes and the reason stay")
    func discarded() throws {
        let world = try World()
        let (ann, refused) = try refused(world)
        #expect(throws: Problem.self) { try ann.replica.discard(refused.oid, reason: "") }
        try ann.replica.discard(refused.oid, reason: "a slip")
        #expect(try ann.replica.refused().isEmpty)
        #expect(
            try ann.rows("SELECT lower(hex(bytes)), reason FROM lynk_discarded")
                == ["\(hexadecimal(refused.bytes)) a slip"])
        #expect(
            try ann.rows("SELECT resolution FROM sync_receipts WHERE sequence = 1")
                == ["discarded"])
    }

    @Test("An export proves itself, and a changed one is refused")
    func exported() throws {
        let world = try World()
        let (ann, refused) = try refused(world)
        let path = world.directory + "/refused.json"
        #expect(try ann.replica.export(.refused, to: path) == 1)
        let data = try #require(FileManager.default.contents(atPath: path))
        let (export, changeSets) = try ChangeSetExport.check(data)
        #expect(changeSets.map(\.oid) == [refused.oid])
        #expect(export.changeSets.first?.content?.changes.first?.puts["name"] == "FORBIDDEN")
        let text = String(decoding: data, as: UTF8.self)
        let other = text.replacingOccurrences(
            of: "\(refused.oid)", with: "\(refused.oid)".reversedText)
        #expect(throws: Problem.self) { try ChangeSetExport.check(Data(other.utf8)) }
        #expect(throws: Problem.self) { try ann.replica.export(.refused, to: path) }
    }

    @Test("Erasing a replica takes unsent work only with an export")
    func erased() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Unsent")
        let error = #expect(throws: Problem.self) {
            try ann.replica.erase(exportingTo: nil)
        }
        #expect(error?.code == .unsentWork)
        let path = world.directory + "/left.json"
        try ann.replica.erase(exportingTo: path)
        #expect(!FileManager.default.fileExists(atPath: world.directory + "/ann.sqlite"))
        let data = try #require(FileManager.default.contents(atPath: path))
        #expect(try ChangeSetExport.check(data).changeSets.count == 1)
    }
}

extension String {
    fileprivate var reversedText: String { String(reversed()) }
}
