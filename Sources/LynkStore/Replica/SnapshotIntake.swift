import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire

/// The snapshots that a device is taking in, in its file: what was planned, the bytes of the
/// segment that is being fetched, and pages that wait for the checkpoint. Lives inside one
/// transaction.
struct SnapshotIntake {
    private let database: Database

    init(_ database: Database) { self.database = database }

    /// Snapshots in the order in which they are fetched.
    struct Entry {
        let id: Int64
        let scope: Scope
        let manifest: SnapshotManifest?
        let taken: Int

        var isComplete: Bool { manifest.map { taken == $0.segments.count } ?? false }
    }

    func isEmpty() throws -> Bool {
        let select = try HotStatement(database, "SELECT 1 FROM lynk_snapshot LIMIT 1")
        defer { select.reset() }
        return try !select.step()
    }

    func entries() throws -> [Entry] {
        let select = try HotStatement(
            database, "SELECT id, scope, manifest, taken FROM lynk_snapshot ORDER BY id")
        defer { select.reset() }
        var found: [Entry] = []
        while try select.step() {
            let bytes = select.blob(2)
            do throws(WireError) {
                found.append(
                    Entry(
                        id: select.integer(0), scope: Scope(select.text(1)),
                        manifest: bytes.isEmpty ? nil : try SnapshotManifest.decode(bytes),
                        taken: Int(select.integer(3))))
            } catch {
                throw Problem(.storeFailed, "a kept manifest is damaged: \(error)")
            }
        }
        return found
    }

    /// What the hello names: all of them once all are taken in.
    func held() throws -> [HeldSnapshot] {
        if try isEmpty() { return [] }
        let all = try entries()
        return all.allSatisfy(\.isComplete) ? all.compactMap { $0.manifest?.held } : []
    }

    /// Whether everything that is under way is among the offers; what is new is planned then.
    func plan(_ offers: [SnapshotOffer]) throws -> Bool {
        let known = Set(try entries().map(\.scope))
        guard known.isSubset(of: offers.map(\.scope)) else { return false }
        for offer in offers where !known.contains(offer.scope) {
            let insert = try HotStatement(
                database, "INSERT INTO lynk_snapshot (scope, manifest) VALUES (?, x'')")
            insert.bind(1, text: offer.scope.name)
            try insert.run()
        }
        return true
    }

    func keep(_ manifest: SnapshotManifest, _ entry: Entry) throws {
        let update = try HotStatement(
            database, "UPDATE lynk_snapshot SET manifest = ? WHERE id = ?")
        update.bind(1, blob: manifest.encoded())
        update.bind(2, entry.id)
        try update.run()
    }

    /// One more segment of it is taken in.
    func advance(_ entry: Entry) throws {
        let update = try HotStatement(
            database, "UPDATE lynk_snapshot SET taken = taken + 1 WHERE id = ?")
        update.bind(1, entry.id)
        try update.run()
        try dropBytes()
    }

    // ---- bytes of the segment that is being fetched ----

    func byteCount() throws -> Int {
        let select = try HotStatement(
            database, "SELECT coalesce(sum(length(bytes)), 0) FROM lynk_snapshot_part")
        defer { select.reset() }
        return try select.step() ? Int(select.integer(0)) : 0
    }

    func bytes() throws -> [UInt8] {
        let select = try HotStatement(
            database, "SELECT bytes FROM lynk_snapshot_part ORDER BY id")
        defer { select.reset() }
        var bytes: [UInt8] = []
        while try select.step() { bytes += select.blob(0) }
        return bytes
    }

    func append(_ bytes: [UInt8]) throws {
        let insert = try HotStatement(
            database, "INSERT INTO lynk_snapshot_part (bytes) VALUES (?)")
        insert.bind(1, blob: bytes)
        try insert.run()
    }

    func dropBytes() throws { try database.execute(sql: "DELETE FROM lynk_snapshot_part") }

    // ---- pages that wait for the checkpoint ----

    func stage(_ page: [UInt8]) throws {
        let insert = try HotStatement(
            database, "INSERT INTO lynk_snapshot_page (page) VALUES (?)")
        insert.bind(1, blob: page)
        try insert.run()
    }

    func forEachPage(_ body: ([UInt8]) throws -> Void) throws {
        let select = try HotStatement(
            database, "SELECT page FROM lynk_snapshot_page ORDER BY id")
        defer { select.reset() }
        while try select.step() { try body(select.blob(0)) }
    }

    func clear() throws {
        for table in ["lynk_snapshot", "lynk_snapshot_part", "lynk_snapshot_page"] {
            try database.execute(sql: "DELETE FROM \(table)")
        }
    }
}
