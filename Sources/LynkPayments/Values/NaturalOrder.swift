/// The order in which people number things: digits count as numbers, so INV-9 is before INV-10.
enum NaturalOrder {
    /// -1, 0 or 1. Texts that differ only in leading zeros are told apart by their bytes.
    static func compare(_ left: String, _ right: String) -> Int {
        var left = left
        var right = right
        return left.withUTF8 { first in right.withUTF8 { compare(first, $0) } }
    }

    private typealias Bytes = UnsafeBufferPointer<UInt8>

    private static func compare(_ first: Bytes, _ second: Bytes) -> Int {
        var i = 0
        var j = 0
        while i < first.count, j < second.count {
            if isDigit(first[i]), isDigit(second[j]) {
                let one = run(first, &i)
                let two = run(second, &j)
                if one.count != two.count { return one.count < two.count ? -1 : 1 }
                if !one.elementsEqual(two) { return one.lexicographicallyPrecedes(two) ? -1 : 1 }
            } else {
                if first[i] != second[j] { return first[i] < second[j] ? -1 : 1 }
                i += 1
                j += 1
            }
        }
        let rest = (first.count - i) - (second.count - j)
        if rest != 0 { return rest < 0 ? -1 : 1 }
        if first.elementsEqual(second) { return 0 }
        return first.lexicographicallyPrecedes(second) ? -1 : 1
    }

    private static func isDigit(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// The digits from here without leading zeros; moves behind them.
    private static func run(_ bytes: Bytes, _ index: inout Int) -> Slice<Bytes> {
        let start = index
        while index < bytes.count, isDigit(bytes[index]) { index += 1 }
        return bytes[start..<index].drop { $0 == UInt8(ascii: "0") }
    }
}
