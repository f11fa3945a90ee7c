/// Reads canonical CBOR and nothing else: what another writer could have made shorter, in another
/// order or in another form is a slip.
package struct CBORReader {
    private let bytes: [UInt8]
    private var at = 0
    /// Arrays and maps inside one message (10-limits.md).
    private static let nestingMax = 16

    package init(_ bytes: [UInt8]) { self.bytes = bytes }

    /// The one item that all the bytes are.
    package static func item(_ bytes: [UInt8]) throws(CBORSlip) -> CBORItem {
        var reader = CBORReader(bytes)
        let item = try reader.next()
        guard reader.isAtEnd else { throw reader.slip("bytes after the item") }
        return item
    }

    /// The items that the bytes are, one after another (RFC 8742).
    package static func sequence(_ bytes: [UInt8]) throws(CBORSlip) -> [CBORItem] {
        var reader = CBORReader(bytes)
        var items: [CBORItem] = []
        while !reader.isAtEnd { items.append(try reader.next()) }
        return items
    }

    package var isAtEnd: Bool { at == bytes.count }

    package mutating func next(depth: Int = 0) throws(CBORSlip) -> CBORItem {
        let first = try take(1)[0]
        let (major, code) = (first >> 5, first & 31)
        if major == 7 { return try simple(first) }
        let number = try argument(code)
        switch major {
        case 0: return .unsigned(number)
        case 1: return .negative(number)
        case 2: return .bytes(try take(number))
        case 3:
            let part = try take(number)
            guard let text = String(validating: part, as: UTF8.self) else {
                throw slip("text that is not UTF-8")
            }
            return .text(text)
        case 4, 5:
            // An element takes a byte at least, so a count above what is left is a lie.
            guard depth < Self.nestingMax, number <= UInt64(bytes.count - at) else {
                throw slip("too deep, or more elements than bytes")
            }
            return major == 4
                ? try array(Int(number), depth: depth + 1) : try map(Int(number), depth: depth + 1)
        default: throw slip("a tag")
        }
    }

    private mutating func array(_ count: Int, depth: Int) throws(CBORSlip) -> CBORItem {
        var items: [CBORItem] = []
        for _ in 0..<count { items.append(try next(depth: depth)) }
        return .array(items)
    }

    private mutating func map(_ count: Int, depth: Int) throws(CBORSlip) -> CBORItem {
        var members: [CBORMember] = []
        var before: [UInt8] = []
        for _ in 0..<count {
            let start = at
            let key = try next(depth: depth)
            let written = Array(bytes[start..<at])
            guard before.lexicographicallyPrecedes(written) else {
                throw slip("keys of a map that do not ascend")
            }
            before = written
            members.append(CBORMember(key, try next(depth: depth)))
        }
        return .map(members)
    }

    private mutating func argument(_ code: UInt8) throws(CBORSlip) -> UInt64 {
        if code < 24 { return UInt64(code) }
        guard code < 28 else { throw slip("a length that is not definite") }
        let size = 1 << Int(code - 24)
        let number = bigEndian(try take(UInt64(size)))
        let least: UInt64 = size == 1 ? 24 : 1 << UInt64(4 * size)
        guard number >= least else { throw slip("a head that is not the shortest") }
        return number
    }

    private mutating func simple(_ first: UInt8) throws(CBORSlip) -> CBORItem {
        switch first {
        case 0xF4: return .bool(false)
        case 0xF5: return .bool(true)
        case 0xF6: return .null
        case 0xF7: return .undefined
        case 0xFA, 0xFB: break
        default: throw slip("a simple value that the protocol does not use")
        }
        let digits = try take(first == 0xFA ? 4 : 8)
        let number: Double
        if first == 0xFA {
            number = Double(Float(bitPattern: UInt32(bigEndian(digits))))
        } else {
            number = Double(bitPattern: bigEndian(digits))
        }
        let isNegativeZero = number == 0 && number.sign == .minus
        guard !number.isNaN, !isNegativeZero,
            CBORItem.real(number).encoded == [first] + digits
        else { throw slip("NaN, negative zero, or a float that is not the shortest") }
        return .real(number)
    }

    private mutating func take(_ count: UInt64) throws(CBORSlip) -> [UInt8] {
        guard count <= UInt64(bytes.count - at) else { throw slip("the bytes end inside an item") }
        defer { at += Int(count) }
        return Array(bytes[at..<at + Int(count)])
    }

    private func slip(_ what: String) -> CBORSlip { CBORSlip(at: at, what: what) }
}
