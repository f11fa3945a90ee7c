import Lynk

/// Texts in one column, as sets and live values are kept: canonical CBOR arrays.
enum Lists {
    /// A set's column; NULL is the empty one.
    static func set(_ texts: [String]) -> Value {
        texts.isEmpty
            ? .null : .blob(ScalarArray.encode(ScalarArray.canonicalSet(texts.map(Value.text))))
    }

    /// What a person writes into a multi-value: one value, in the place of all that were read.
    static func one(_ text: String) -> Value { .blob(ScalarArray.encode([.text(text)])) }

    /// The texts in a column, or `nil` when it holds no list.
    static func texts(_ bytes: [UInt8]) -> [String]? {
        ScalarArray.decode(bytes)?.compactMap(\.textValue)
    }
}
