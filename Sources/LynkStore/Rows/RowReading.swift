import LynkCore
import LynkWire

extension HotStatement {
    /// The current row of a select of ``TableSQL``, with a stamp; `nil` when the stamp is NULL.
    func stampedRow(_ table: TableSchema) throws -> StampedRow? {
        guard !isNull(2) else { return nil }
        let record = try StampCodec.decode(blobView(2))
        return StampedRow(key: try key(1), values: values(table), record: record)
    }

    func values(_ table: TableSchema) -> [Value] {
        (0..<table.fields.count).map { cell(TableSQL.firstField + Int32($0)).value }
    }

    func key<Tag>(_ column: Int32) throws -> Identifier<Tag> {
        guard let key = Identifier<Tag>(raw: blobView(column)) else {
            throw Problem(.storeFailed, "a stored id is not sixteen bytes")
        }
        return key
    }
}
