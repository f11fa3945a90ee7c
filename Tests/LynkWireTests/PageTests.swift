import LynkCore
import LynkWire
import TestSupport
import Testing

/// What a page does with bytes that a hub did not write; what it holds is tested with the stores.
@Suite struct PageTests {
    private static let table = TableSchema(
        7, "rows", .mutable,
        [FieldSchema(1, "a", .integer), FieldSchema(2, "b", .text), FieldSchema(3, "c", .blob)])

    private struct Row: Equatable {
        var stamp: Stamp
        var values: [Value]
    }

    private static func rows(_ random: inout SeededGenerator) -> [Row] {
        (0..<random.count(40)).map { index in
            Row(
                stamp: Stamp(
                    era: UInt32(random.count(2)), number: UInt64(index) + 1,
                    effective: HybridTimestamp(rawValue: random.number()),
                    author: UInt32(random.count(1))),
                values: [.integer(random.integer()), random.value(), random.value()])
        }
    }

    private static func page(_ rows: [Row]) -> [UInt8] {
        let writer = PageWriter()
        for (index, row) in rows.enumerated() {
            let section = writer.section(Self.table, handles: [4]) { _ in "tenant" }
            let record = StampRecord(
                scopes: [4], row: row.stamp,
                overrides: index % 5 == 0 ? [.init(field: 2, stamp: row.stamp)] : [])
            RowKey(high: 1, low: UInt64(index)).bytes.withUnsafeBytes { key in
                writer.begin(section, key: key, record: record) {
                    (EraID(high: 2, low: UInt64($0.era)), LaneID(high: 3, low: UInt64($0.author)))
                }
            }
            for (column, value) in row.values.enumerated() {
                switch value {
                case .null: section.append(.null, column: column)
                case .integer(let number): section.append(.integer(number), column: column)
                case .real(let number): section.append(.real(number), column: column)
                case .text(let text):
                    Array(text.utf8).withUnsafeBytes {
                        section.append(.text($0), column: column)
                    }
                case .blob(let blob):
                    blob.withUnsafeBytes { section.append(.blob($0), column: column) }
                }
            }
            writer.end(rowBytes: 64)
        }
        return writer.finish()
    }

    /// Every row of every section, to the end of the page.
    private static func read(_ page: [UInt8]) throws(WireError) -> [Row] {
        try page.withUnsafeBufferPointer { (buffer) throws(WireError) -> [Row] in
            var reader = try PageReader(UnsafeRawBufferPointer(buffer))
            var rows: [Row] = []
            while var section = try reader.next() {
                for _ in 0..<section.count {
                    let stamp = try section.nextStamp()
                    var values: [Value] = []
                    for column in section.columns.indices {
                        values.append(try section.columns[column].cursor.next().value)
                    }
                    rows.append(Row(stamp: stamp, values: values))
                }
                try section.finish()
            }
            return rows
        }
    }

    @Test("Rows come out of a page as they went in", arguments: 0..<30)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let rows = Self.rows(&random)
        let got = try Self.read(Self.page(rows))
        // Eras and lanes are numbered by the page, in the order of first sight.
        #expect(got.map(\.values) == rows.map(\.values))
        #expect(got.map(\.stamp.number) == rows.map(\.stamp.number))
        #expect(got.map(\.stamp.effective) == rows.map(\.stamp.effective))
    }

    @Test("No beginning of a page is a page", arguments: 0..<6)
    func truncated(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let page = Self.page(Self.rows(&random))
        let taken = page.indices.filter { count in
            refusal { () throws(WireError) in try Self.read(Array(page[..<count])) } == nil
        }
        #expect(taken.isEmpty)
    }

    @Test("A damaged page is refused or read as bounded rows; it never traps", arguments: 0..<6)
    func damaged(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let page = Self.page(Self.rows(&random))
        for bit in 0..<page.count * 8 {
            if let rows = try? Self.read(flipped(page, bit: bit)) {
                #expect(rows.count <= Limits.rowsPerPageMax)
            }
        }
        for _ in 0..<500 {
            var bytes = page
            for _ in 0...random.count(3) {
                bytes[random.count(bytes.count - 1)] = UInt8(truncatingIfNeeded: random.next())
            }
            if let rows = try? Self.read(bytes) {
                #expect(rows.count <= Limits.rowsPerPageMax)
            }
        }
    }
}
