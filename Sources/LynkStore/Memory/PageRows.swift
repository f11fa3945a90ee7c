import LynkCore
import LynkEngine
import LynkWire

/// A row of a page, and what of it the reader's schema does not have (``UnknownFields``).
struct PageRow: Sendable {
    let table: TableID
    var row: StampedRow
    var unknown: [UInt8]
}

/// A page as rows; the handles in their stamps are places in the page's own lists.
struct PageRows: Sendable {
    let eras: [EraID]
    let lanes: [LaneID]
    let scopes: [Scope]
    var rows: [PageRow]
    /// Where the hub can go on after this page.
    let mark: [UInt8]
    /// Rows that the hub has deleted.
    let removed: [RowName]

    /// - Throws: ``Problem`` `response_invalid` for bytes that are no page.
    init(_ payload: [UInt8], _ schema: Schema) throws {
        do {
            self = try payload.withUnsafeBytes { try PageRows(reading: $0, schema) }
        } catch let error as WireError {
            throw Problem(.responseInvalid, "a page does not decode: \(error)")
        }
    }

    private init(reading payload: UnsafeRawBufferPointer, _ schema: Schema) throws(WireError) {
        var reader = try PageReader(payload)
        eras = reader.eras
        lanes = reader.lanes
        scopes = reader.scopes
        var rows: [PageRow] = []
        var removed: [RowName] = []
        while var section = try reader.next() {
            let table = schema.table(section.table) ?? UnknownFields.table(section.table)
            rows += try Self.rows(&section, table)
            for start in stride(from: 0, to: section.removed.count, by: 16) {
                let raw = UnsafeRawBufferPointer(
                    rebasing: section.removed[start..<start + 16])
                guard let key = RowKey(raw: raw) else { throw .invalid("removed key") }
                removed.append(RowName(table: table.id, key: key))
            }
        }
        self.rows = rows
        mark = reader.mark
        self.removed = removed
    }

    private static func rows(
        _ section: inout PageSection, _ table: TableSchema
    ) throws(WireError) -> [PageRow] {
        let others = UnknownFields.columns(section, table)
        let ordinals = section.columns.map { table.ordinal(of: $0.field) }
        let scopes = section.scopes.map { UInt32($0) }
        var overrides = section.overrides[...]
        var rows: [PageRow] = []
        rows.reserveCapacity(section.count)
        for row in 0..<section.count {
            let raw = UnsafeRawBufferPointer(rebasing: section.keys[16 * row..<16 * row + 16])
            guard let key = RowKey(raw: raw) else { throw .invalid("key") }
            let stamp = try section.nextStamp()
            var own: [StampRecord.Override] = []
            while let next = overrides.first, next.row == row {
                own.append(.init(field: next.field, stamp: next.stamp))
                overrides.removeFirst()
            }
            var values = table.defaults
            for (column, ordinal) in ordinals.enumerated() {
                guard let ordinal else { continue }
                values[ordinal] = try section.columns[column].cursor.next().value
            }
            var unknown = CBORWriter()
            try UnknownFields.append(others, of: &section, to: &unknown)
            let record = StampRecord(
                scopes: scopes, row: stamp, generation: section.generation, overrides: own)
            rows.append(
                PageRow(
                    table: table.id, row: StampedRow(key: key, values: values, record: record),
                    unknown: unknown.bytes))
        }
        try section.finish()
        return rows
    }
}
