import LynkCore
import LynkWire

/// The rows of a small page as values, with this replica's handles, and what of each row this
/// program's schema does not have.
enum RepairPage {
    /// - Throws: ``Problem`` `response_invalid` for bytes that are not a page.
    static func read(
        _ page: [UInt8], table: TableSchema, _ names: inout ReplicaNames
    ) throws -> [(row: StampedRow, unknown: [UInt8])] {
        do {
            return try page.withUnsafeBytes { bytes in
                var reader = try PageReader(bytes)
                let handles = try PageApply.Handles(reader, &names)
                var rows: [(row: StampedRow, unknown: [UInt8])] = []
                while var section = try reader.next() {
                    guard section.table == table.id else {
                        throw Problem(.responseInvalid, "a page of another table")
                    }
                    rows += try Self.rows(&section, table, handles)
                }
                return rows
            }
        } catch let error as WireError {
            throw Problem(.responseInvalid, "a page does not decode: \(error)")
        }
    }

    private static func rows(
        _ section: inout PageSection, _ table: TableSchema, _ handles: PageApply.Handles
    ) throws -> [(row: StampedRow, unknown: [UInt8])] {
        let others = UnknownFields.columns(section, table)
        let scopes = section.scopes.map { handles.scopes[$0] }
        let columns = table.fields.map { field in
            section.columns.firstIndex { $0.field == field.id }
        }
        var rows: [(row: StampedRow, unknown: [UInt8])] = []
        var overrides = section.overrides[...]
        for row in 0..<section.count {
            let stamp = handles.local(try section.nextStamp())
            var own: [StampRecord.Override] = []
            while let next = overrides.first, next.row == row {
                own.append(.init(field: next.field, stamp: handles.local(next.stamp)))
                overrides = overrides.dropFirst()
            }
            var values = table.defaults
            for (ordinal, column) in columns.enumerated() {
                guard let column else { continue }
                values[ordinal] = try section.columns[column].cursor.next().value
            }
            var unknown = CBORWriter()
            try UnknownFields.append(others, of: &section, to: &unknown)
            let view = UnsafeRawBufferPointer(rebasing: section.keys[16 * row..<16 * row + 16])
            guard let key = RowKey(raw: view) else { continue }
            let row = StampedRow(
                key: key, values: values,
                record: StampRecord(
                    scopes: scopes, row: stamp, generation: section.generation, overrides: own))
            rows.append((row, unknown.bytes))
        }
        return rows
    }
}
