import LynkCore
import LynkWire

/// The last image of a deleted row as columns of ``HubTables``: its stamp record, then number and
/// value of each field that differs from its default, so that fields may be added later.
enum TombstoneCodec {
    static func image(of row: StampedRow, _ table: TableSchema) -> [UInt8] {
        var writer = CBORWriter()
        writer.byteString(StampCodec.encode(row.record))
        for (field, value) in zip(table.fields, row.values) where value != field.defaultValue {
            writer.unsigned(UInt64(field.id))
            writer.value(value)
        }
        return writer.bytes
    }

    static func deleted(_ stamp: Stamp) -> [UInt8] {
        StampCodec.encode(StampRecord(scopes: [], row: stamp))
    }

    static func decode(
        key: RowKey, image: [UInt8], deleted: [UInt8], of table: TableSchema
    ) throws -> Tombstone {
        do {
            var values = table.defaults
            let record = try image.withUnsafeBytes { bytes in
                var reader = CBORReader(bytes)
                let record = try StampCodec.decode(
                    try reader.byteString(Limits.messageBytesMax, "messageBytesMax"))
                while !reader.isAtEnd {
                    let field = try reader.unsigned32("field")
                    let value = try reader.value()
                    if let ordinal = table.ordinal(of: field) { values[ordinal] = value }
                }
                return record
            }
            let stamp = try deleted.withUnsafeBytes { try StampCodec.decode($0) }.row
            return Tombstone(
                row: StampedRow(key: key, values: values, record: record), deleted: stamp)
        } catch {
            throw Problem(.storeFailed, "a tombstone is damaged: \(error)")
        }
    }
}
