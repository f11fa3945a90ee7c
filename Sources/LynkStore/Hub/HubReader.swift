import Foundation
import GRDB
import LynkCore
import LynkWire

/// Reads the engine's tables on a read connection. Readers take names from the file and not from
/// the commit thread's memory, so what they see is one snapshot.
struct HubReader {
    let database: Database

    init(_ database: Database) { self.database = database }

    struct ScopeRow {
        let handle: UInt32
        let head: Int64
    }

    func meta(_ name: String) throws -> [UInt8] {
        let statement = try HotStatement(database, "SELECT value FROM lynk_meta WHERE name = ?")
        statement.bind(1, text: name)
        defer { statement.reset() }
        guard try statement.step() else { throw Problem(.storeFailed, "\(name) is missing") }
        return statement.blob(0)
    }

    func hub() throws -> HubID {
        guard let hub = HubID(bytes: try meta("hub")) else {
            throw Problem(.storeFailed, "the hub's id is damaged")
        }
        return hub
    }

    func head() throws -> Int64 {
        let statement = try HotStatement(database, "SELECT max(position) FROM lynk_log")
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : 0
    }

    func vector() throws -> VersionVector { try VectorCodec.decode(try meta("vector")) }

    func head(of lane: LaneID) throws -> LaneHead? {
        let statement = try HotStatement(
            database, "SELECT sequence, oid FROM lynk_lane WHERE lane = ? AND sequence > 0")
        statement.bind(1, blob: lane.bytes)
        defer { statement.reset() }
        guard try statement.step(), let oid = ContentID(bytes: statement.blobView(1)) else {
            return nil
        }
        return LaneHead(lane: lane, sequence: UInt64(statement.integer(0)), oid: oid)
    }

    /// The position that a device's vector stands for here; `nil` for one that this hub never gave,
    /// or gave and lost when it was restored: positions are given again then, dots are not.
    func position(of vector: VersionVector) throws -> Int64? {
        if vector.isZero { return 0 }
        guard let dot = vector.sorted.first, vector.entries.count == 1 else { return nil }
        let statement = try HotStatement(
            database,
            """
            SELECT log.position FROM lynk_era AS era
            JOIN lynk_log AS log ON log.position = era.base + ? AND log.era = era.handle
            WHERE era.era = ?
            """)
        statement.bind(1, Int64(bitPattern: dot.number))
        statement.bind(2, blob: dot.era.bytes)
        defer { statement.reset() }
        return try statement.step() ? statement.integer(0) : nil
    }

    /// Era records, parents first, from the first that the vector does not contain whole.
    func eras(unknownTo vector: VersionVector) throws -> [EraRecord] {
        let hub = try hub()
        let statement = try HotStatement(
            database, "SELECT era, parents FROM lynk_era ORDER BY handle")
        defer { statement.reset() }
        var records: [EraRecord] = []
        while try statement.step() {
            let era: EraID = try statement.key(0)
            // A device that lists this era has been sent everything up to it.
            if vector[era] > 0 { records = [] }
            let parents = try VectorCodec.decode(statement.blob(1))
            if vector[era] == 0 { records.append(EraRecord(era: era, hub: hub, parents: parents)) }
        }
        return records
    }

    func allScopes() throws -> [Scope: ScopeRow] {
        let statement = try HotStatement(database, "SELECT handle, name, head FROM lynk_scope")
        defer { statement.reset() }
        var scopes: [Scope: ScopeRow] = [:]
        while try statement.step() {
            scopes[Scope(statement.text(1))] = ScopeRow(
                handle: UInt32(statement.integer(0)), head: statement.integer(2))
        }
        return scopes
    }

    /// The set that this hash named for the device, if this hub ever sent it.
    func scopeSet(of device: DeviceID, hash: [UInt8]) throws -> Set<Scope>? {
        let statement = try HotStatement(
            database,
            "SELECT scopes FROM lynk_scope_set WHERE device = ? AND hash = ? ORDER BY position")
        statement.bind(1, blob: device.bytes)
        statement.bind(2, blob: hash)
        defer { statement.reset() }
        return try statement.step() ? Set(ScopeList.decode(statement.text(0))) : nil
    }

    func latestScopeSetHash(of device: DeviceID) throws -> [UInt8]? {
        let statement = try HotStatement(
            database,
            "SELECT hash FROM lynk_scope_set WHERE device = ? ORDER BY position DESC LIMIT 1")
        statement.bind(1, blob: device.bytes)
        defer { statement.reset() }
        return try statement.step() ? statement.blob(0) : nil
    }

    /// The digest over all tables of these scopes.
    func digest(of scopes: [UInt32]) throws -> SetDigest {
        var sum = SetDigest()
        let statement = try HotStatement(
            database, "SELECT rows, sum FROM lynk_digest WHERE scope = ?")
        for scope in scopes {
            statement.bind(1, Int64(scope))
            while try statement.step() {
                guard
                    let digest = SetDigest(
                        count: statement.integer(0), sum: statement.blobView(1))
                else { throw Problem(.storeFailed, "a digest is damaged") }
                sum.formUnion(digest)
            }
            statement.reset()
        }
        return sum
    }
}
