import LynkCore
import LynkEngine
import LynkWire

extension SQLiteHubReads {
    private static let conflictColumns = """
        SELECT c.id, c.position, c.table_id, c.row_key, c.field, c.policy, c.outcome, c.base,
            c.current_value, c.current_era, c.current_number, c.current_effective,
            c.current_author, c.new_value, c.new_era, c.new_number, c.new_effective,
            c.new_author, c.new_oid, c.has_base
        """

    func conflicts(
        in scope: UInt32, after: (position: Int64, number: Int64), through position: Int64,
        limit: Int
    ) throws -> [StoredConflict] {
        try all(
            """
            \(Self.conflictColumns)
            FROM lynk_conflict_scope AS s JOIN lynk_conflict AS c ON c.id = s.conflict
            WHERE s.scope = ? AND (s.position, s.conflict) > (?, ?) AND s.position <= ?
            ORDER BY s.position, s.conflict LIMIT ?
            """,
            bind: {
                $0.bind(1, Int64(scope))
                $0.bind(2, after.position)
                $0.bind(3, after.number)
                $0.bind(4, position)
                $0.bind(5, Int64(limit))
            }
        ) { try conflict($0) }
    }

    func conflicts(about row: RowName) throws -> [StoredConflict] {
        try all(
            """
            \(Self.conflictColumns)
            FROM lynk_conflict AS c WHERE c.table_id = ? AND c.row_key = ? ORDER BY c.id
            """,
            bind: {
                $0.bind(1, Int64(row.table))
                $0.bind(2, blob: row.key.bytes)
            }
        ) { try conflict($0) }
    }

    private func conflict(_ row: HotStatement) throws -> StoredConflict {
        guard let outcome = Conflict.Outcome(rawValue: row.text(6)),
            let oid = ContentID(bytes: row.blobView(18))
        else { throw Problem(.storeFailed, "a conflict is damaged") }
        return StoredConflict(
            number: row.integer(0), position: row.integer(1),
            conflict: Conflict(
                table: TableID(truncatingIfNeeded: row.integer(2)), key: try row.key(3),
                field: row.isNull(4) ? nil : FieldID(row.integer(4)), outcome: outcome,
                policy: row.text(5), base: row.integer(19) == 1 ? row.cell(7).value : nil,
                current: row.cell(8).value, currentStamp: try row.stamp(9),
                new: row.cell(13).value, newStamp: try row.stamp(14)),
            newOID: oid)
    }

    func scopes(ofConflict number: Int64) throws -> [UInt32] {
        try all(
            "SELECT scope FROM lynk_conflict_scope WHERE conflict = ? ORDER BY scope",
            bind: { $0.bind(1, number) }
        ) { try $0.handle(0) }
    }

    func names(of stamp: Stamp) throws -> (era: EraID, lane: LaneID) {
        let era: EraID? = try first(
            "SELECT era FROM lynk_era WHERE handle = ?", bind: { $0.bind(1, Int64(stamp.era)) }
        ) { try $0.key(0) }
        let lane: LaneID? = try first(
            "SELECT lane FROM lynk_lane WHERE handle = ?", bind: { $0.bind(1, Int64(stamp.author)) }
        ) { try $0.key(0) }
        guard let era, let lane else {
            throw Problem(.storeFailed, "a stamp's handles have no names")
        }
        return (era, lane)
    }

    func tombstone(_ number: Int64) throws -> (table: TableID, tombstone: Tombstone)? {
        try first(
            "SELECT table_id, row_key, image, deleted FROM lynk_tombstone WHERE id = ?",
            bind: { $0.bind(1, -number) }
        ) { row in
            let table = TableID(truncatingIfNeeded: row.integer(0))
            guard let schema = tables[table]?.schema else { return nil }
            return (
                table,
                try TombstoneCodec.decode(
                    key: try row.key(1), image: row.blob(2), deleted: row.blob(3), of: schema)
            )
        }
    }

    func quarantine() throws -> [QuarantineRecord] {
        try all("\(Self.quarantineColumns) ORDER BY position") { try quarantineRecord($0) }
    }

    static let quarantineColumns = """
        SELECT position, oid, tenant, device, user, role, code, resolution FROM lynk_quarantine
        """

    func quarantineRecord(_ row: HotStatement) throws -> QuarantineRecord {
        guard let oid = ContentID(bytes: row.blobView(1)) else {
            throw Problem(.storeFailed, "an entry of the quarantine is damaged")
        }
        return QuarantineRecord(
            position: row.integer(0), oid: oid,
            principal: Principal(
                tenant: try row.key(2), device: try row.key(3), user: try row.key(4),
                role: row.text(5)),
            code: ProblemCode(rawValue: row.text(6)) ?? .internalFailure,
            resolution: row.isNull(7) ? nil : QuarantineRecord.Resolution(rawValue: row.text(7)))
    }
}

extension HotStatement {
    /// Era, number, effective time and author from this column on.
    func stamp(_ column: Int32) throws -> Stamp {
        Stamp(
            era: try handle(column), number: UInt64(bitPattern: integer(column + 1)),
            effective: HybridTimestamp(rawValue: UInt64(bitPattern: integer(column + 2))),
            author: try handle(column + 3))
    }

    func bind(_ column: Int32, _ stamp: Stamp) {
        bind(column, Int64(stamp.era))
        bind(column + 1, Int64(bitPattern: stamp.number))
        bind(column + 2, Int64(bitPattern: stamp.effective.rawValue))
        bind(column + 3, Int64(stamp.author))
    }
}
