/// One field's value: SQLite's storage classes without NaN and negative zero.
///
/// Money is `.integer` in minor units. Text is kept byte for byte and is valid UTF-8.
public enum Value: Hashable, Sendable {
    case null
    case integer(Int64)
    case real(Double)
    case text(String)
    case blob([UInt8])

    /// Text is equal byte for byte. Swift's `String` calls two normal forms of a letter equal;
    /// replicas that did so would keep different bytes and never have the same digest.
    public static func == (left: Self, right: Self) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.integer(let left), .integer(let right)): left == right
        case (.real(let left), .real(let right)): left == right
        case (.text(let left), .text(let right)): left.utf8.elementsEqual(right.utf8)
        case (.blob(let left), .blob(let right)): left == right
        default: false
        }
    }

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
