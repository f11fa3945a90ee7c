/// The digest of rows in scopes, as 07-integrity.md says it (D1 to D3).
package struct SetDigest: Sendable {
    private var sum = [UInt8](repeating: 0, count: 32)
    private var count: UInt64 = 0

    package init() {}

    /// Adds one row's place in one scope.
    package mutating func add(_ row: PageRows.Row, in scope: String, key: [UInt8]) {
        let place = Hashing.sha256(key + CBORItem.text(scope).encoded + Self.image(of: row))
        var carry: UInt16 = 0
        for index in sum.indices {
            carry += UInt16(sum[index]) + UInt16(place[index])
            sum[index] = UInt8(truncatingIfNeeded: carry)
            carry >>= 8
        }
        count += 1
    }

    package var root: [UInt8] {
        Array(Hashing.sha256(bigEndian(count, 8) + sum).prefix(16))
    }

    /// The image of a row: a sequence, fields and stamps ascending.
    package static func image(of row: PageRows.Row) -> [UInt8] {
        var items: [CBORItem] = [.unsigned(row.table), .bytes(row.key)]
        for (field, value) in row.fields.sorted(by: { $0.key < $1.key }) {
            items += [.unsigned(field), value]
        }
        items.append(.null)
        items += parts(row.stamp)
        for (field, stamp) in row.overrides.sorted(by: { $0.key < $1.key }) {
            items.append(.unsigned(field))
            items += parts(stamp)
        }
        return items.flatMap(\.encoded)
    }

    private static func parts(_ stamp: PageRows.Stamp) -> [CBORItem] {
        [.bytes(stamp.era), .unsigned(stamp.number), .unsigned(stamp.effective)]
    }
}
