import LynkCore

/// Keys in text, as scopes and list columns have them: RFC 9562, lower case, with hyphens.
enum KeyText {
    /// The same as ``Identifier/description``, without its intermediate strings: every row that
    /// is born needs a scope's name.
    static func of<Tag>(_ key: Identifier<Tag>) -> String {
        String(unsafeUninitializedCapacity: 36) { buffer in
            var at = 0
            for (half, word) in [key.high, key.low].enumerated() {
                for index in 0..<16 {
                    if half == 0 ? index == 8 || index == 12 : index == 0 || index == 4 {
                        buffer[at] = UInt8(ascii: "-")
                        at += 1
                    }
                    let nibble = UInt8(truncatingIfNeeded: word >> UInt64(60 - 4 * index)) & 15
                    buffer[at] = nibble < 10 ? nibble + UInt8(ascii: "0") : nibble + 87
                    at += 1
                }
            }
            return at
        }
    }

    static func list(_ keys: [RowKey]) -> String {
        keys.map { of($0) }.joined(separator: " ")
    }

    /// Keys of a list separated by spaces or commas; what is no key is left out.
    static func keys(_ text: String) -> [RowKey] {
        if text.isEmpty { return [] }
        return text.split { $0 == " " || $0 == "," }.compactMap { RowKey($0) }
    }
}
