/// Bytes as people and JSON write them.
package enum Hex {
    package static func text(_ bytes: some Sequence<UInt8>) -> String {
        let digits = Array("0123456789abcdef")
        return String(bytes.flatMap { [digits[Int($0 >> 4)], digits[Int($0 & 15)]] })
    }

    /// The bytes of an even number of digits; hyphens are passed over, so ids are read too.
    package static func bytes(_ text: String) -> [UInt8]? {
        let digits = text.filter { $0 != "-" }.map(\.hexDigitValue)
        guard digits.count % 2 == 0, digits.allSatisfy({ $0 != nil }) else { return nil }
        let values = digits.compactMap { $0 }
        return stride(from: 0, to: values.count, by: 2).map {
            UInt8(values[$0] << 4 | values[$0 + 1])
        }
    }

    /// Sixteen bytes with hyphens.
    package static func id(_ bytes: [UInt8]) -> String {
        let all = Array(text(bytes))
        guard all.count == 32 else { return text(bytes) }
        return [0..<8, 8..<12, 12..<16, 16..<20, 20..<32].map { String(all[$0]) }
            .joined(separator: "-")
    }
}
