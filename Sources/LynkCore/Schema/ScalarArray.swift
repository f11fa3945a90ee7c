/// Canonical CBOR of an array of scalar values: what columns of sets and multi-values hold.
///
/// The same bytes as the wire's CBOR makes (RFC 8949 section 4.2.1), bounded by ``Limits``; a
/// column is written by the merge, so this module needs its own small codec.
public enum ScalarArray {
    /// The array's bytes, elements in the given order.
    public static func encode(_ values: [Value]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(3 + 12 * values.count)
        head(4, UInt64(values.count), &bytes)
        for value in values { append(value, to: &bytes) }
        return bytes
    }

    /// The elements, or `nil` for bytes that ``encode(_:)`` does not make or that are too many.
    public static func decode(_ bytes: [UInt8]) -> [Value]? {
        guard bytes.count <= Limits.valueBytesMax else { return nil }
        var reader = Reader(bytes: bytes)
        guard let (major, count) = reader.head(), major == 4,
            count <= UInt64(Limits.setElementsMax)
        else { return nil }
        var values: [Value] = []
        for _ in 0..<count {
            guard let value = reader.value() else { return nil }
            values.append(value)
        }
        // Encoding again refuses every longer form of the same values at once.
        return reader.isAtEnd && encode(values) == bytes ? values : nil
    }

    /// The elements of a column: none when it is NULL, `nil` when it holds something else.
    public static func elements(of value: Value) -> [Value]? {
        switch value {
        case .null: []
        case .blob(let bytes): decode(bytes)
        default: nil
        }
    }

    /// Distinct values in the byte order of their CBOR: the one form of a set.
    public static func canonicalSet(_ values: some Sequence<Value>) -> [Value] {
        Set(values).map { ($0, bytes(of: $0)) }
            .sorted { $0.1.lexicographicallyPrecedes($1.1) }
            .map(\.0)
    }

    /// Whether the values are distinct, not NULL, and in the byte order of their CBOR.
    public static func isCanonicalSet(_ values: [Value]) -> Bool {
        var last: [UInt8]?
        for value in values {
            let next = bytes(of: value)
            if value.isNull { return false }
            if let last, !last.lexicographicallyPrecedes(next) { return false }
            last = next
        }
        return true
    }

    private static func bytes(of value: Value) -> [UInt8] {
        var bytes: [UInt8] = []
        append(value, to: &bytes)
        return bytes
    }

    private static func head(_ major: UInt8, _ argument: UInt64, _ bytes: inout [UInt8]) {
        let top = major << 5
        let width: Int
        switch argument {
        case 0..<24: return bytes.append(top | UInt8(argument))
        case 24..<0x100: (width, _) = (1, bytes.append(top | 24))
        case 0x100..<0x1_0000: (width, _) = (2, bytes.append(top | 25))
        case 0x1_0000..<0x1_0000_0000: (width, _) = (4, bytes.append(top | 26))
        default: (width, _) = (8, bytes.append(top | 27))
        }
        for place in (0..<width).reversed() {
            bytes.append(UInt8(truncatingIfNeeded: argument >> UInt64(8 * place)))
        }
    }

    private static func append(_ value: Value, to bytes: inout [UInt8]) {
        switch value {
        case .null: bytes.append(0xF6)
        case .integer(let number):
            if number >= 0 {
                head(0, UInt64(number), &bytes)
            } else {
                head(1, UInt64(~number), &bytes)
            }
        case .real(let number):
            let isShort = Double(Float(number)) == number
            bytes.append(isShort ? 0xFA : 0xFB)
            let bits = isShort ? UInt64(Float(number).bitPattern) : number.bitPattern
            for place in (0..<(isShort ? 4 : 8)).reversed() {
                bytes.append(UInt8(truncatingIfNeeded: bits >> UInt64(8 * place)))
            }
        case .text(let text):
            head(3, UInt64(text.utf8.count), &bytes)
            bytes.append(contentsOf: text.utf8)
        case .blob(let blob):
            head(2, UInt64(blob.count), &bytes)
            bytes.append(contentsOf: blob)
        }
    }

    private struct Reader {
        let bytes: [UInt8]
        var position = 0

        var isAtEnd: Bool { position == bytes.count }

        mutating func number(_ width: Int) -> UInt64? {
            guard bytes.count - position >= width else { return nil }
            defer { position += width }
            return bytes[position..<position + width].reduce(0) { $0 << 8 | UInt64($1) }
        }

        mutating func head() -> (major: UInt8, argument: UInt64)? {
            guard let first = number(1) else { return nil }
            let (major, short) = (UInt8(first >> 5), first & 31)
            if short < 24 { return (major, short) }
            guard short <= 27 else { return nil }
            return number(1 << Int(short - 24)).map { (major, $0) }
        }

        mutating func value() -> Value? {
            guard position < bytes.count else { return nil }
            switch bytes[position] {
            case 0xF6:
                position += 1
                return .null
            case 0xFA, 0xFB: return real()
            default: break
            }
            guard let (major, argument) = head() else { return nil }
            switch major {
            case 0: return Int64(exactly: argument).map { .integer($0) }
            case 1: return Int64(exactly: argument).map { .integer(~$0) }
            case 2: return slice(argument).map { .blob(Array($0)) }
            case 3:
                return slice(argument).flatMap { String(validating: $0, as: UTF8.self) }
                    .map { .text($0) }
            default: return nil
            }
        }

        private mutating func real() -> Value? {
            let isShort = bytes[position] == 0xFA
            position += 1
            guard let bits = number(isShort ? 4 : 8) else { return nil }
            let number =
                isShort ? Double(Float(bitPattern: UInt32(bits))) : Double(bitPattern: bits)
            let isNegativeZero = number == 0 && number.sign == .minus
            return number.isNaN || isNegativeZero ? nil : .real(number)
        }

        private mutating func slice(_ length: UInt64) -> ArraySlice<UInt8>? {
            guard length <= UInt64(bytes.count - position) else { return nil }
            defer { position += Int(length) }
            return bytes[position..<position + Int(length)]
        }
    }
}
