/// Writes one page with one section (05-exchange.md, X10).
struct PageWriter {
    let item: CBORItem

    /// - Parameter codec: 0 plain, 1 deltas where all are integers, 2 dictionary where it fits, 3
    ///   constant where all are equal; plain where the codec does not fit.
    init(
        _ table: UInt64, _ scopes: [String], _ rows: [HubState.Stored], _ removed: [[UInt8]],
        _ schema: BookSchema, _ codec: UInt64
    ) {
        let images = rows.map(\.row)
        var (eras, lanes): ([[UInt8]], [[UInt8]]) = ([], [])
        func index(_ id: [UInt8], in list: inout [[UInt8]]) -> UInt64 {
            if let found = list.firstIndex(of: id) { return UInt64(found) }
            list.append(id)
            return UInt64(list.count - 1)
        }
        func column(_ values: [CBORItem]) -> CBORItem { Self.column(values, codec) }
        let ofEras = images.map { CBORItem.unsigned(index($0.stamp.era, in: &eras)) }
        let authors = rows.map { CBORItem.unsigned(index($0.author, in: &lanes)) }
        var overrides: [CBORItem] = []
        for (place, row) in rows.enumerated() {
            for (field, stamp) in row.row.overrides.sorted(by: { $0.key < $1.key }) {
                overrides += [
                    .array([
                        .unsigned(UInt64(place)), .unsigned(field),
                        .unsigned(index(stamp.era, in: &eras)), .unsigned(stamp.number),
                        .unsigned(stamp.effective), .unsigned(index(row.author, in: &lanes)),
                    ])
                ]
            }
        }
        let fields = Set(images.flatMap(\.fields.keys)).sorted()
        let columns = fields.map { field -> CBORItem in
            let standard = schema.defaults[table]?[field] ?? .null
            let values = column(images.map { $0.fields[field] ?? standard })
            let parts: [CBORItem] = [.unsigned(field), values]
            return .array(standard == .null ? parts : parts + [standard])
        }
        let section: [CBORItem] = [
            .unsigned(table), .array(scopes.indices.map { .unsigned(UInt64($0)) }),
            .unsigned(UInt64(rows.count)), .bytes(images.flatMap(\.key)),
            .bytes(removed.sorted { $0.lexicographicallyPrecedes($1) }.flatMap { $0 }),
            column(ofEras), column(images.map { .unsigned($0.stamp.number) }),
            column(images.map { .unsigned($0.stamp.effective) }), column(authors),
            column(rows.map { _ in .unsigned(1) }), .array(overrides), .array(columns),
        ]
        item = .array([
            .array(eras.map { .bytes($0) }), .array(lanes.map { .bytes($0) }),
            .array(scopes.map { .text($0) }), .array([.array(section)]), .bytes([]),
        ])
    }

    private static func column(_ values: [CBORItem], _ codec: UInt64) -> CBORItem {
        let plain = CBORItem.array([.unsigned(0), .bytes(values.flatMap(\.encoded))])
        switch codec {
        case 1:
            let numbers = values.compactMap { try? $0.bits("value") }
            guard numbers.count == values.count else { return plain }
            return .array([.unsigned(1), .bytes(deltas(numbers))])
        case 2:
            let distinct = values.reduce(into: [CBORItem]()) {
                if !$0.contains($1) { $0.append($1) }
            }
            guard distinct.count <= 256 else { return plain }
            let indexes = values.map { UInt8(distinct.firstIndex(of: $0) ?? 0) }
            return .array([
                .unsigned(2), .bytes(distinct.flatMap(\.encoded)), .bytes(indexes),
            ])
        case 3:
            guard let first = values.first, values.allSatisfy({ $0 == first }) else { return plain }
            return .array([.unsigned(3), first])
        default: return plain
        }
    }

    /// Differences modulo 2^64, zigzag, LEB128.
    private static func deltas(_ numbers: [UInt64]) -> [UInt8] {
        var out: [UInt8] = []
        var before: UInt64 = 0
        for number in numbers {
            let difference = Int64(bitPattern: number &- before)
            var rest = UInt64(bitPattern: difference << 1 ^ difference >> 63)
            before = number
            while rest >= 0x80 {
                out.append(UInt8(rest & 0x7F) | 0x80)
                rest >>= 7
            }
            out.append(UInt8(rest))
        }
        return out
    }
}
