/// Elements that a change adds to and takes out of a set.
public struct SetEdit: Hashable, Sendable {
    public let field: FieldID
    /// Distinct, in the byte order of their CBOR, and none of them in ``removed``.
    public let added: [Value]
    /// Distinct, in the byte order of their CBOR.
    public let removed: [Value]

    /// Orders the elements; what is both added and removed is added.
    public init(_ field: FieldID, added: [Value] = [], removed: [Value] = []) {
        self.field = field
        self.added = ScalarArray.canonicalSet(added)
        self.removed = ScalarArray.canonicalSet(Set(removed).subtracting(added))
    }

    /// For a decoder that has seen that both are in order and disjoint.
    package init(_ field: FieldID, ordered added: [Value], removed: [Value]) {
        self.field = field
        self.added = added
        self.removed = removed
    }

    /// The column after an edit by one who knew all of it, as on the author's own device.
    public func applied(to column: Value) -> Value {
        let kept = Set(ScalarArray.elements(of: column) ?? []).subtracting(removed)
        return SetEdit.column(of: kept.union(added))
    }

    /// The edit that turns one column into the other; `nil` when a column holds no set.
    public init?(_ field: FieldID, from before: Value, to after: Value) {
        guard let old = ScalarArray.elements(of: before), let new = ScalarArray.elements(of: after),
            ScalarArray.isCanonicalSet(new)
        else { return nil }
        self.init(
            field, added: Array(Set(new).subtracting(old)),
            removed: Array(Set(old).subtracting(new)))
    }

    /// The column that holds these elements: NULL when there are none.
    static func column(of elements: Set<Value>) -> Value {
        elements.isEmpty
            ? .null : .blob(ScalarArray.encode(ScalarArray.canonicalSet(elements)))
    }
}
