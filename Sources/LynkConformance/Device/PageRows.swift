/// The rows of one page (05-exchange.md, X10), and what was removed.
package struct PageRows: Sendable {
    package struct Stamp: Hashable, Sendable {
        package var era: [UInt8]
        package var number: UInt64
        package var effective: UInt64
    }
    package struct Row: Hashable, Sendable {
        package var table: UInt64
        package var key: [UInt8]
        package var scopes: [String]
        /// Without the fields that equal the default that the page names.
        package var fields: [UInt64: CBORItem]
        package var stamp: Stamp
        package var overrides: [UInt64: Stamp]
    }
    /// Names a row in all tables.
    package struct Name: Hashable, Sendable {
        package var table: UInt64
        package var key: [UInt8]
    }

    package private(set) var rows: [Row] = []
    package private(set) var removed: [Name] = []

    package init(_ item: CBORItem) throws {
        let parts = try item.list("page", of: 5...5)
        let eras = try parts[0].list("eras").map { (item) throws(CBORSlip) in try item.id("era") }
        let lanes = try parts[1].list("lanes").count
        let scopes = try parts[2].list("scopes").map { (item) throws(CBORSlip) in
            try item.words("scope", of: 0...128)
        }
        _ = try parts[4].blob("mark", of: 0...256)
        for section in try parts[3].list("sections") {
            try take(section.list("section", of: 12...12), eras, lanes, scopes)
        }
    }

    private mutating func take(
        _ parts: [CBORItem], _ eras: [[UInt8]], _ lanes: Int, _ scopes: [String]
    ) throws {
        let table = try parts[0].number("table")
        let count = Int(min(try parts[2].number("count"), 4_097))
        let keys = try Self.keys(parts[3])
        guard keys.count == count, count <= 4_096 else {
            throw CBORSlip(at: 0, what: "a section with other keys than its count")
        }
        removed += try Self.keys(parts[4]).map { Name(table: table, key: $0) }
        var named: [String] = []
        for index in try parts[1].list("row-scopes", of: 0...2) {
            named.append(try Self.at(try index.number("scope"), in: scopes))
        }
        let stamps = try (5..<8).map { try Column.expand(parts[$0], count) }
        for author in try Column.expand(parts[8], count) {
            guard try author.number("author") < UInt64(lanes) else {
                throw CBORSlip(at: 0, what: "an author that is not listed")
            }
        }
        _ = try Column.expand(parts[9], count)
        let overrides = try Self.overrides(parts[10], eras, count)
        let fields = try Self.fields(parts[11], count)
        for (index, key) in keys.enumerated() {
            let stamp = Stamp(
                era: try Self.at(try stamps[0][index].number("era"), in: eras),
                number: try stamps[1][index].bits("number"),
                effective: try stamps[2][index].bits("effective"))
            rows.append(
                Row(
                    table: table, key: key, scopes: named, fields: fields[index], stamp: stamp,
                    overrides: overrides[index] ?? [:]))
        }
    }

    private static func fields(
        _ item: CBORItem, _ count: Int
    ) throws -> [[UInt64: CBORItem]] {
        var found = [[UInt64: CBORItem]](repeating: [:], count: count)
        for column in try item.list("columns") {
            let parts = try column.list("column", of: 2...3)
            let field = try parts[0].number("field")
            let standard = parts.count == 3 ? parts[2] : .null
            for (index, value) in try Column.expand(parts[1], count).enumerated()
            where value != standard {
                found[index][field] = value
            }
        }
        return found
    }

    private static func overrides(
        _ item: CBORItem, _ eras: [[UInt8]], _ count: Int
    ) throws -> [Int: [UInt64: Stamp]] {
        var found: [Int: [UInt64: Stamp]] = [:]
        for one in try item.list("overrides") {
            let parts = try one.list("override", of: 6...6)
            let row = try parts[0].number("row")
            guard row < UInt64(count) else { throw CBORSlip(at: 0, what: "a stamp of no row") }
            found[Int(row), default: [:]][try parts[1].number("field")] = Stamp(
                era: try at(try parts[2].number("era"), in: eras),
                number: try parts[3].bits("number"), effective: try parts[4].bits("effective"))
        }
        return found
    }

    private static func keys(_ item: CBORItem) throws -> [[UInt8]] {
        let bytes = try item.blob("keys", of: 0...(1 << 20))
        guard bytes.count % 16 == 0 else { throw CBORSlip(at: 0, what: "a key is cut") }
        return stride(from: 0, to: bytes.count, by: 16).map { Array(bytes[$0..<$0 + 16]) }
    }

    private static func at<Item>(_ index: UInt64, in list: [Item]) throws -> Item {
        guard index < UInt64(list.count) else {
            throw CBORSlip(at: 0, what: "an index into a shorter list")
        }
        return list[Int(index)]
    }
}

/// A column in any of the four codecs, as one value for each row.
enum Column {
    static func expand(_ item: CBORItem, _ count: Int) throws -> [CBORItem] {
        let parts = try item.list("column", of: 2...3)
        let values: [CBORItem]
        switch (try parts[0].number("codec"), parts.count) {
        case (0, 2): values = try CBORReader.sequence(try parts[1].blob("values", of: all))
        case (1, 2): values = try deltas(try parts[1].blob("values", of: all))
        case (2, 3):
            let distinct = try CBORReader.sequence(try parts[1].blob("values", of: all))
            values = try parts[2].blob("indexes", of: all).map { index in
                guard Int(index) < distinct.count else {
                    throw CBORSlip(at: 0, what: "an index above its dictionary")
                }
                return distinct[Int(index)]
            }
        case (3, 2): values = Array(repeating: parts[1], count: count)
        default: throw CBORSlip(at: 0, what: "a column of an unknown codec")
        }
        guard values.count == count else {
            throw CBORSlip(at: 0, what: "a column of another length than its section")
        }
        return values
    }

    private static let all = 0...(1 << 24)

    private static func deltas(_ bytes: [UInt8]) throws -> [CBORItem] {
        var found: [CBORItem] = []
        var (value, number, shift): (UInt64, UInt64, UInt64) = (0, 0, 0)
        for byte in bytes {
            guard shift < 63 || byte < 2, shift == 0 || byte != 0 else {
                throw CBORSlip(at: 0, what: "a difference above 64 bits or not the shortest")
            }
            number |= UInt64(byte & 0x7F) << shift
            shift += 7
            guard byte < 0x80 else { continue }
            value &+= number >> 1 ^ (number & 1 == 1 ? UInt64.max : 0)
            found.append(.integer(Int64(bitPattern: value)))
            (number, shift) = (0, 0)
        }
        guard shift == 0 else { throw CBORSlip(at: 0, what: "bytes end inside a difference") }
        return found
    }
}
