import Lynk

/// Texts in one column, as sets and live values are kept.
enum Lists {
    static func value(_ texts: [String]) -> Value {
        .blob(Array(texts.joined(separator: ",").utf8))
    }
    static func texts(_ bytes: [UInt8]) -> [String] {
        String(decoding: bytes, as: UTF8.self).split(separator: ",").map(String.init)
    }
}
