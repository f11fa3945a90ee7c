extension CBORItem {
    /// The one encoding of this item. Members of a map go in the order of their keys' bytes.
    package var encoded: [UInt8] {
        var out: [UInt8] = []
        write(to: &out)
        return out
    }

    /// Appends the encoding. NaN and negative zero have none and are written as they are: a case
    /// may send what nobody may write.
    package func write(to out: inout [UInt8]) {
        switch self {
        case .unsigned(let number): Self.head(0, number, to: &out)
        case .negative(let number): Self.head(1, number, to: &out)
        case .bytes(let bytes):
            Self.head(2, UInt64(bytes.count), to: &out)
            out += bytes
        case .text(let text):
            Self.head(3, UInt64(text.utf8.count), to: &out)
            out += Array(text.utf8)
        case .array(let items):
            Self.head(4, UInt64(items.count), to: &out)
            for item in items { item.write(to: &out) }
        case .map(let members):
            Self.head(5, UInt64(members.count), to: &out)
            let pairs = members.map { ($0.key.encoded, $0.value.encoded) }
            for pair in pairs.sorted(by: { $0.0.lexicographicallyPrecedes($1.0) }) {
                out += pair.0 + pair.1
            }
        case .bool(let value): out.append(value ? 0xF5 : 0xF4)
        case .null: out.append(0xF6)
        case .undefined: out.append(0xF7)
        case .real(let number): Self.real(number, to: &out)
        }
    }

    private static func head(_ major: UInt8, _ number: UInt64, to out: inout [UInt8]) {
        let first = major << 5
        switch number {
        case 0..<24: out.append(first | UInt8(number))
        case 0...0xFF: out += [first | 24, UInt8(number)]
        case 0...0xFFFF: out += [first | 25] + bigEndian(number, 2)
        case 0...0xFFFF_FFFF: out += [first | 26] + bigEndian(number, 4)
        default: out += [first | 27] + bigEndian(number, 8)
        }
    }

    private static func real(_ number: Double, to out: inout [UInt8]) {
        let short = Float(number)
        if Double(short) == number {
            out += [0xFA] + bigEndian(UInt64(short.bitPattern), 4)
        } else {
            out += [0xFB] + bigEndian(number.bitPattern, 8)
        }
    }
}

/// The lowest `count` bytes of a number, the highest first.
package func bigEndian(_ number: UInt64, _ count: Int) -> [UInt8] {
    (0..<count).reversed().map { UInt8(truncatingIfNeeded: number >> UInt64($0 * 8)) }
}

/// The number that bytes are, the highest first; at most eight.
package func bigEndian(_ bytes: some Sequence<UInt8>) -> UInt64 {
    bytes.reduce(0) { $0 << 8 | UInt64($1) }
}
