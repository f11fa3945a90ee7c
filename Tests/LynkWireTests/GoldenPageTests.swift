import LynkCore
import LynkWire
import Testing

/// Golden pages and row images mean what the pages of Protocol say: read here by other means than
/// those which wrote them.
@Suite struct GoldenPageTests {
    private static func kept(_ file: String, _ name: String) throws -> [UInt8] {
        try hex(#require(try GoldenVectors.read(file).first { $0.name == name }).bytes)
    }

    private struct Seen: Equatable {
        var key: [UInt8]
        var scopes: [Scope]
        var values: [Value]
        /// Era, number, effective time and author of the row, then of single fields.
        var stamps: [[String]]
    }

    private static func text(_ stamp: Stamp, _ eras: [EraID], _ lanes: [LaneID]) -> [String] {
        [
            "\(eras[Int(stamp.era)])", "\(stamp.number)", "\(stamp.effective.rawValue)",
            "\(lanes[Int(stamp.author)])",
        ]
    }

    private static func read(_ page: [UInt8]) throws(WireError) -> [Seen] {
        try page.withUnsafeBufferPointer { (buffer) throws(WireError) -> [Seen] in
            var reader = try PageReader(UnsafeRawBufferPointer(buffer))
            let (eras, lanes) = (reader.eras, reader.lanes)
            var rows: [Seen] = []
            while var section = try reader.next() {
                for row in 0..<section.count {
                    var stamps = [Self.text(try section.nextStamp(), eras, lanes)]
                    for override in section.overrides where override.row == row {
                        stamps.append(
                            ["\(override.field)"] + Self.text(override.stamp, eras, lanes))
                    }
                    var values: [Value] = []
                    for column in section.columns.indices {
                        values.append(try section.columns[column].cursor.next().value)
                    }
                    rows.append(
                        Seen(
                            key: Array(section.keys[16 * row..<16 * row + 16]),
                            scopes: section.scopes.map { reader.scopes[$0] }, values: values,
                            stamps: stamps))
                }
                try section.finish()
            }
            return rows
        }
    }

    @Test("The golden page holds its rows, their scopes and their stamps")
    func page() throws {
        let expected = GoldenPages.rows.map { row in
            Seen(
                key: row.key.bytes, scopes: row.record.scopes.map { GoldenPages.scopes[Int($0)] },
                values: row.values,
                stamps: [Self.text(row.record.row, GoldenPages.eras, GoldenPages.lanes)]
                    + row.record.overrides.map {
                        ["\($0.field)"]
                            + Self.text($0.stamp, GoldenPages.eras, GoldenPages.lanes)
                    })
        }
        #expect(try Self.read(Self.kept("page", "three-rows")) == expected)
        #expect(try Self.read(Self.kept("page", "empty")) == [])
    }

    @Test("A row image is the sequence that the page says, without fields at their default")
    func image() throws {
        var writer = CBORWriter()
        writer.unsigned(7)
        writer.byteString([UInt8](repeating: 0xA3, count: 16))
        writer.unsigned(1)
        writer.integer(-300)
        writer.unsigned(2)
        writer.text("cash")
        writer.null()
        for (field, era, number) in [(nil, 0xE1, 300), (2, 0xE2, 7)] as [(UInt64?, UInt8, Int64)] {
            if let field { writer.unsigned(field) }
            writer.byteString([UInt8](repeating: era, count: 16))
            writer.unsigned(UInt64(number))
            writer.unsigned(UInt64(1_760_000_000_000 + number) << 16 | 2)
        }
        #expect(try Self.kept("row-image", "row-3") == writer.bytes)
    }

    @Test("The digest is the sum of keyed hashes, and the root the hash of count and sum")
    func digest() throws {
        // Scope `worker/7` as CBOR text; the kept prefix is that of scope `tenant`.
        let tenant = try Self.kept("row-image", "prefix")
        let worker = GoldenPages.digestKey + [0x68] + Array("worker/7".utf8)
        let images = try (1...3).map { try Self.kept("row-image", "row-\($0)") }
        var sum = [UInt8](repeating: 0, count: 32)
        for bytes in [
            tenant + images[0], tenant + images[1], tenant + images[2], worker + images[2],
        ] {
            var carry = 0
            for (index, byte) in ContentID(hashing: bytes).bytes.enumerated() {
                carry += Int(sum[index]) + Int(byte)
                sum[index] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
        }
        #expect(try Self.kept("row-image", "sum") == sum)
        let root = ContentID(hashing: [0, 0, 0, 0, 0, 0, 0, 4] + sum).bytes.prefix(16)
        #expect(try Self.kept("row-image", "root") == Array(root))
    }
}
