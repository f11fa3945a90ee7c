/// One field's value: SQLite's storage classes without NaN and negative zero.
///
/// Money is `.integer` in minor units. Text is kept byte for byte and is valid UTF-8.
public enum Value: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    /// A reference to another row.
    public static func key<Tag>(_ key: Identifier<Tag>) -> Value { .blob(key.bytes) }

    public var isNull: Bool { self == .null }

    public var integerValue: Int64? {
        if case .integer(let value) = self { value } else { nil }
    }

    public var textValue: String? {
        if case .text(let value) = self { value } else { nil }
    }

    /// The value as a reference to another row, when it is sixteen bytes.
    public var keyValue: RowKey? {
        if case .blob(let bytes) = self { RowKey(bytes: bytes) } else { nil }
    }
}

extension Value: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral {
    public init(stringLiteral value: String) { self = .text(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
}
