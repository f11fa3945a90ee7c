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
        var generation: UInt32 = 0
    }

    /// A page as it was read.
    private struct Content: Equatable {
        var rows: [Row] = []
        var removed: [RowKey] = []
        var mark: [UInt8] = []
    }

    private static func rows(_ random: inout SeededGenerator) -> [Row] {
        (0..<random.count(40)).map { index in
            Row(
                stamp: Stamp(
                    era: UInt32(random.count(2)), number: UInt64(index) + 1,
                    effective: HybridTimestamp(rawValue: random.number()),
                    author: UInt32(random.count(1))),
                values: [.integer(random.integer()), random.value(), random.value()],
                generation: random.chance(4) ? UInt32(random.count(3)) : 0)
        }
    }

    private static func page(
        _ rows: [Row], removed: [RowKey] = [], mark: [UInt8] = []
    ) -> [UInt8] {
        let writer = PageWriter()
        for (index, row) in rows.enumerated() {
            let section = writer.section(Self.table, handles: [4]) { _ in "tenant" }
            let record = StampRecord(
                scopes: [4], row: row.stamp, generation: row.generation,
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
        for key in removed {
            let section = writer.section(Self.table, handles: [4]) { _ in "tenant" }
            key.bytes.withUnsafeBytes { writer.remove(section, key: $0) }
        }
        return writer.finish(mark: mark)
    }

    private static func read(_ page: [UInt8]) throws(WireError) -> [Row] {
        try content(page).rows
    }

    /// Every row of every section, to the end of the page.
    private static func content(_ page: [UInt8]) throws(WireError) -> Content {
        try page.withUnsafeBufferPointer { (buffer) throws(WireError) -> Content in
            var reader = try PageReader(UnsafeRawBufferPointer(buffer))
            var content = Content()
            while var section = try reader.next() {
                for _ in 0..<section.count {
                    let stamp = try section.nextStamp()
                    var values: [Value] = []
                    for column in section.columns.indices {
                        values.append(try section.columns[column].cursor.next().value)
                    }
                    content.rows.append(
                        Row(stamp: stamp, values: values, generation: section.generation))
                }
                try section.finish()
                for start in stride(from: 0, to: section.removed.count, by: 16) {
                    let key = RowKey(bytes: Array(section.removed[start..<start + 16]))
                    content.removed.append(key ?? RowKey(high: 0, low: 0))
                }
            }
            content.mark = reader.mark
            return content
        }
    }

    @Test("Rows come out of a page as they went in", arguments: 0..<30)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let rows = Self.rows(&random)
        let got = try Self.read(Self.page(rows))
        // Eras and lanes are numbered by the page, in the order of first sight.
        #expect(got.map(\.values) == rows.map(\.values))
        #expect(got.map(\.generation) == rows.map(\.generation))
        #expect(got.map(\.stamp.number) == rows.map(\.stamp.number))
        #expect(got.map(\.stamp.effective) == rows.map(\.stamp.effective))
    }

    @Test("Deleted rows go by their keys, with rows or alone, and the mark comes last",
        arguments: 0..<10)
    func removed(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let rows = seed == 0 ? [] : Self.rows(&random)
        let removed: [RowKey] = (0...random.count(5)).map { _ in random.identifier() }
        let mark = random.bytes(random.count(Limits.markBytesMax))
        let got = try Self.content(Self.page(rows, removed: removed, mark: mark))
        #expect(got.removed == removed)
        #expect(got.mark == mark)
        #expect(got.rows.map(\.values) == rows.map(\.values))
    }

    @Test("A mark that is too long and half a removed key are refused")
    func refusedParts() throws {
        let long = Self.page([], mark: [UInt8](repeating: 1, count: Limits.markBytesMax + 1))
        #expect(
            refusal { () throws(WireError) in try Self.content(long) }
                == .overLimit("markBytesMax"))
        let key = RowKey(high: 1, low: 1)
        var half = Self.page([], removed: [key])
        let place = try #require(half.firstIndex(of: 0x50))
        half[place] = 0x4F
        half.remove(at: place + 1)
        #expect(
            refusal { () throws(WireError) in try Self.content(half) }
                == .invalid("removed keys of a section"))
    }

    // A number was cut to 32 bits: table 2^32 + 7 was read as table 7.
    @Test("A table's number that no schema can have is refused, not cut")
    func longTableNumber() throws {
        var page = Self.page([], removed: [RowKey(high: 1, low: 1)])
        let place = try #require(page.firstIndex(of: 0x8C)) + 1
        #expect(page[place] == 7)
        page.replaceSubrange(place...place, with: [0x1B, 0, 0, 0, 1, 0, 0, 0, 7])
        #expect(
            refusal { () throws(WireError) in try Self.content(page) } == .invalid("table"))
    }

    // The JSON of such a page named a member twice, and the last column won at a device.
    @Test("A field has one column")
    func doubledColumn() throws {
        let fields = [FieldSchema(1, "a", .integer), FieldSchema(1, "b", .integer)]
        let writer = PageWriter()
        let section = writer.section(TableSchema(7, "rows", .mutable, fields), handles: []) {
            Scope("\($0)")
        }
        let stamp = Stamp(era: 0, number: 1, effective: .zero, author: 0)
        RowKey(high: 1, low: 1).bytes.withUnsafeBytes { key in
            writer.begin(section, key: key, record: StampRecord(scopes: [], row: stamp)) { _ in
                (EraID(high: 2, low: 2), LaneID(high: 3, low: 3))
            }
        }
        for column in 0..<2 { section.append(.integer(4), column: column) }
        let page = writer.finish()
        #expect(
            refusal { () throws(WireError) in try Self.content(page) }
                == .invalid("two columns of one field"))
    }

    @Test("No beginning of a page is a page", arguments: 0..<6)
    func truncated(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let page = Self.page(
            Self.rows(&random), removed: [random.identifier()], mark: random.bytes(9))
        let taken = page.indices.filter { count in
            refusal { () throws(WireError) in try Self.read(Array(page[..<count])) } == nil
        }
        #expect(taken.isEmpty)
    }

    @Test("A damaged page is refused or read as bounded rows; it never traps", arguments: 0..<6)
    func damaged(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let page = Self.page(
            Self.rows(&random), removed: [random.identifier()], mark: random.bytes(9))
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
