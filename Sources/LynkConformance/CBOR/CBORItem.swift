/// One CBOR item as the book allows it (03-change-set.md, C1).
///
/// The kit reads and writes its own CBOR: a slip that the implementation under test made in its
/// writer and its reader alike must not find a judge that shares it.
package indirect enum CBORItem: Hashable, Sendable {
    case unsigned(UInt64)
    /// The number `-1 - n`.
    case negative(UInt64)
    case bytes([UInt8])
    case text(String)
    case array([CBORItem])
    case map([CBORMember])
    case bool(Bool)
    case null
    /// What both sides know already (05-exchange.md, X14).
    case undefined
    case real(Double)

    /// A signed number in its one form.
    package static func integer(_ value: Int64) -> CBORItem {
        value >= 0 ? .unsigned(UInt64(value)) : .negative(UInt64(bitPattern: ~value))
    }
}

/// A key of a map and what stands under it.
package struct CBORMember: Hashable, Sendable {
    package var key: CBORItem
    package var value: CBORItem

    package init(_ key: CBORItem, _ value: CBORItem) {
        self.key = key
        self.value = value
    }
}

/// Bytes that a canonical writer would not have made, or an item of another kind than was due.
package struct CBORSlip: Error, Hashable, Sendable, CustomStringConvertible {
    package let at: Int
    package let what: String

    package var description: String { "byte \(at): \(what)" }
}
