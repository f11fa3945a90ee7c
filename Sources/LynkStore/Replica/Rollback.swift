import GRDB
import LynkCore
import LynkWire

/// What a device does about a hub that lost commits which were seen here.
struct Rollback {
    private let database: Database
    private let tables: [TableID: TableSQL]

    init(_ database: Database, tables: [TableID: TableSQL]) {
        self.database = database
        self.tables = tables
    }

    /// Takes out rows that the restored hub does not have. Each is kept as an incident; own ones
    /// come back as pending work, others when their authors have sent them again.
    func removeLost(
        _ pages: PageApply, vector: VersionVector, _ state: ReplicaState
    ) throws {
        let names = try ReplicaNames(database)
        func isLost(_ stamp: Stamp) throws -> Bool {
            let dot = Dot(era: try names.era(stamp.era), number: stamp.number)
            return !state.graph.contains(vector, dot)
        }
        for sql in tables.values {
            let select = try HotStatement(database, sql.selectAll)
            var lost: [StampedRow] = []
            while try select.step() {
                guard let row = try select.stampedRow(sql.schema) else { continue }
                let stamps = [row.record.row] + row.record.overrides.map(\.stamp)
                if try stamps.contains(where: isLost) { lost.append(row) }
            }
            select.reset()
            for row in lost {
                try keep(row, sql.schema, pages, state, names)
                try pages.delete(row.key, sql)
            }
        }
        var lost: [(table: TableSchema, row: StampedRow)] = []
        try pages.unknown.forEach { table, row in
            let stamps = [row.record.row] + row.record.overrides.map(\.stamp)
            if try stamps.contains(where: isLost) { lost.append((table, row)) }
        }
        for (table, row) in lost {
            try keep(row, table, pages, state, names)
            try pages.deleteUnknown(row.key, table)
        }
    }

    private func keep(
        _ row: StampedRow, _ table: TableSchema, _ pages: PageApply, _ state: ReplicaState,
        _ names: ReplicaNames
    ) throws {
        let unknown = try pages.unknown.fields(table.id, row.key)
        try Incident(
            kind: .rolledBackRow, position: state.cursor.position,
            ours: RowImage.bytes(row, table, unknown, names), row: (table.id, row.key)
        ).keep(database)
    }
}

/// The canonical image of a row, as its digest is taken over: what incidents keep.
enum RowImage {
    static func bytes(
        _ row: StampedRow, _ table: TableSchema, _ unknown: [UInt8], _ names: ReplicaNames
    ) throws -> [UInt8] {
        var hasher = RowHasher(digestKey: [])
        try hasher.write(row, of: table, unknown: unknown, era: { try names.era($0) })
        return hasher.image.writer.bytes
    }
}
