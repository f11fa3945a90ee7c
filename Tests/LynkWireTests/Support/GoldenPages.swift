import LynkCore
import LynkWire

/// A page and the images of its rows, with values that are easy to find again in the bytes.
enum GoldenPages {
    static let table = TableSchema(
        7, "payment", .mutable,
        [
            FieldSchema(1, "amount", .money, default: 0), FieldSchema(2, "method", .text),
            FieldSchema(4, "note", .text), FieldSchema(5, "proof", .blob),
        ])
    static let digestKey = [UInt8](repeating: 0x4B, count: 32)
    static let eras: [EraID] = [same(0xE1), same(0xE2)]
    static let lanes: [LaneID] = [same(0x1A), same(0x1B)]
    static let scopes: [Scope] = ["tenant", "worker/7"]

    struct Row {
        let key: RowKey
        let record: StampRecord
        let values: [Value]
    }

    /// The first two are in one scope; the third is in both, and its method was written later.
    static let rows: [Row] = [
        Row(
            key: same(0xA1), record: StampRecord(scopes: [0], row: stamp(0, 8)),
            values: [125_000, "upi", "UTR 4312 é ₹", .null]),
        Row(
            key: same(0xA2), record: StampRecord(scopes: [0], row: stamp(0, 9)),
            values: [0, "upi", .null, .blob([0, 255])]),
        Row(
            key: same(0xA3),
            record: StampRecord(
                scopes: [0, 1], row: stamp(0, 300),
                overrides: [.init(field: 2, stamp: stamp(1, 7))]),
            values: [-300, "cash", .null, .null]),
    ]

    private static func same<Tag>(_ byte: UInt64) -> Identifier<Tag> {
        Identifier(high: byte &* 0x0101_0101_0101_0101, low: byte &* 0x0101_0101_0101_0101)
    }

    private static func stamp(_ handle: UInt32, _ number: UInt64) -> Stamp {
        Stamp(
            era: handle, number: number,
            effective: HybridTimestamp(
                milliseconds: 1_760_000_000_000 + Int64(number), counter: 2),
            author: handle)
    }

    private static func page(
        _ rows: [Row], removed: [RowKey] = [], mark: [UInt8] = []
    ) -> [UInt8] {
        let writer = PageWriter()
        for row in rows {
            let section = writer.section(table, handles: row.record.scopes) { scopes[Int($0)] }
            row.key.bytes.withUnsafeBytes { key in
                writer.begin(section, key: key, record: row.record) {
                    (eras[Int($0.era)], lanes[Int($0.author)])
                }
            }
            for (column, value) in row.values.enumerated() {
                append(value, column: column, to: section)
            }
            writer.end(rowBytes: 64)
        }
        for key in removed {
            let section = writer.section(table, handles: [1]) { scopes[Int($0)] }
            key.bytes.withUnsafeBytes { writer.remove(section, key: $0) }
        }
        return writer.finish(mark: mark)
    }

    private static func append(_ value: Value, column: Int, to section: PageWriter.Section) {
        switch value {
        case .null: section.append(.null, column: column)
        case .integer(let number): section.append(.integer(number), column: column)
        case .real(let number): section.append(.real(number), column: column)
        case .text(let text):
            Array(text.utf8).withUnsafeBytes { section.append(.text($0), column: column) }
        case .blob(let bytes):
            bytes.withUnsafeBytes { section.append(.blob($0), column: column) }
        }
    }

    static func image(_ row: Row) -> [UInt8] {
        var image = RowImageWriter()
        row.key.bytes.withUnsafeBytes { image.begin(table: table.id, key: $0) }
        for (field, value) in zip(table.fields, row.values) { image.field(field, value) }
        image.endFields()
        image.stamp(era: eras[Int(row.record.row.era)], row.record.row)
        for override in row.record.overrides {
            image.override(override.field)
            image.stamp(era: eras[Int(override.stamp.era)], override.stamp)
        }
        return image.writer.bytes
    }

    static func prefix(_ scope: UInt32) -> [UInt8] {
        RowImageWriter.prefix(digestKey: digestKey, scope: scopes[Int(scope)])
    }

    /// Of every row in every scope that it is in.
    static var digest: SetDigest {
        var digest = SetDigest()
        for row in rows {
            let image = image(row)
            for scope in row.record.scopes {
                image.withUnsafeBytes { digest.insert(row: $0, prefix: prefix(scope)) }
            }
        }
        return digest
    }

    static var pages: [GoldenVector] {
        [
            GoldenVector(name: "empty", content: "no rows", bytes: hexadecimal(page([]))),
            GoldenVector(
                name: "three-rows",
                content: "two rows of one scope, then one of two with a field written later",
                bytes: hexadecimal(page(rows))),
            GoldenVector(
                name: "removed",
                content: "a row of a key's second life, two deleted rows of another scope, a mark",
                bytes: hexadecimal(
                    page(
                        [
                            Row(
                                key: same(0xA5),
                                record: StampRecord(scopes: [0], row: stamp(0, 12), generation: 1),
                                values: [1, "upi", .null, .null])
                        ], removed: [same(0xA6), same(0xA7)], mark: [1, 2, 3]))),
        ]
    }

    static var rowImages: [GoldenVector] {
        let images = rows.enumerated().map { index, row in
            GoldenVector(
                name: "row-\(index + 1)", content: "row \(index + 1) of the page `three-rows`",
                bytes: hexadecimal(image(row)))
        }
        return images + [
            GoldenVector(
                name: "prefix", content: "hashed before a row: a tenant key, the scope `tenant`",
                bytes: hexadecimal(prefix(0))),
            GoldenVector(
                name: "sum", content: "the sum over the rows' four places in scopes",
                bytes: hexadecimal(digest.sum)),
            GoldenVector(
                name: "root", content: "the root of that sum and its count of four",
                bytes: hexadecimal(digest.root)),
        ]
    }
}
