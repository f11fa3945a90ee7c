/// Names a table for ever; never reused, and renaming the table does not change it.
public typealias TableID = UInt32
/// Names a field within its table for ever.
public typealias FieldID = UInt32

/// What SQLite stores for a field.
public enum FieldType: String, Hashable, Sendable, CaseIterable {
    case integer, text, blob, real
    /// A signed 64-bit count of minor units; a fraction is a schema error.
    case money
    /// Sixteen bytes that name a row, of this table or another.
    case key
}

/// Who may write a field.
public enum FieldAuthority: String, Hashable, Sendable {
    /// Any device that the application authorizes.
    case device
    /// Only the hub, as a consequence of what devices stated.
    case hub
}

/// A column of a synced table, and how concurrent writes to it become one.
public struct FieldSchema: Hashable, Sendable {
    public let id: FieldID
    public let name: String
    public let type: FieldType
    public let policy: MergePolicy
    public let authority: FieldAuthority
    /// What a row has that never wrote the field. Neither sent nor digested, so adding a field
    /// with a default costs nothing.
    public let defaultValue: Value
    /// The row that a key in this field names; judged at the hub.
    public let references: Reference?

    public init(
        _ id: FieldID, _ name: String, _ type: FieldType, _ policy: MergePolicy = .lastWriter,
        by authority: FieldAuthority = .device, default defaultValue: Value = .null,
        references: Reference? = nil
    ) {
        self.id = id
        self.name = name
        self.type = type
        self.policy = policy
        self.authority = authority
        self.defaultValue = defaultValue
        self.references = references
    }
}

/// An index that ``TenantView`` may scan and the store creates.
public struct IndexSchema: Hashable, Sendable {
    public let name: String
    /// The last may be `id`, the row's key: then rows of equal fields are in the order of their
    /// keys, as an answer that is read page by page needs them.
    public let fields: [String]

    public init(_ name: String, _ fields: [String]) {
        self.name = name
        self.fields = fields
    }

    /// Without the row's key.
    var declared: ArraySlice<String> { fields.last == "id" ? fields.dropLast() : fields[...] }
}

/// Whether a table's rows may change after their birth.
public enum TableKind: String, Hashable, Sendable {
    /// Facts: a row is written once, whole, and neither updated nor deleted.
    case appendOnly
    case mutable
}

/// A synced table.
public struct TableSchema: Hashable, Sendable {
    public let id: TableID
    public let name: String
    public let kind: TableKind
    /// In the order of their columns; the key column `id` comes before them and is not listed.
    public let fields: [FieldSchema]
    public let indexes: [IndexSchema]
    public let deletes: DeletePolicy
    public let uniques: [UniqueSchema]
    /// Whether a merge into a row of this table may need ``LiveVersions`` of a field.
    public let hasLiveVersions: Bool
    private let ordinals: [FieldID: Int]
    private let names: [String: Int]
    private let groups: [String: [Int]]

    /// - Parameter deletes: `updateWins` unless said otherwise; facts are never deleted.
    public init(
        _ id: TableID, _ name: String, _ kind: TableKind, _ fields: [FieldSchema],
        indexes: [IndexSchema] = [], deletes: DeletePolicy? = nil, uniques: [UniqueSchema] = []
    ) {
        self.id = id
        self.name = name
        self.kind = kind
        self.fields = fields
        self.indexes = indexes
        self.deletes = deletes ?? (kind == .appendOnly ? .forbidden : .updateWins)
        self.uniques = uniques
        hasLiveVersions = fields.contains { $0.policy.hasLiveVersions }
        var groups: [String: [Int]] = [:]
        for (ordinal, field) in fields.enumerated() {
            if case .group(let group) = field.policy { groups[group, default: []].append(ordinal) }
        }
        self.groups = groups
        ordinals = Dictionary(
            fields.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        names = Dictionary(
            fields.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The field's place in ``fields``, or `nil` for a field of a newer schema.
    public func ordinal(of field: FieldID) -> Int? { ordinals[field] }
    /// The place in ``fields`` of the field with this name.
    public func ordinal(named name: String) -> Int? { names[name] }

    /// The places of the fields of a group, ascending.
    public func ordinals(ofGroup group: String) -> [Int] { groups[group] ?? [] }

    /// The field that the loser of a claim gives up: the first one that may be NULL.
    public func clearedField(of unique: UniqueSchema) -> FieldSchema? {
        unique.fields.lazy.compactMap { self.ordinal(named: $0) }.map { fields[$0] }
            .first { $0.mayBeCleared }
    }

    /// A row that wrote nothing.
    public var defaults: [Value] { fields.map(\.defaultValue) }
}

/// The tables of one application, at one version.
public struct Schema: Hashable, Sendable {
    public let name: String
    public let version: UInt32
    public let tables: [TableSchema]
    private let positions: [TableID: Int]
    private let names: [String: Int]

    public init(_ name: String, version: UInt32, _ tables: [TableSchema]) {
        self.name = name
        self.version = version
        self.tables = tables
        positions = Dictionary(
            tables.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        names = Dictionary(
            tables.enumerated().map { ($1.name, $0) }, uniquingKeysWith: { first, _ in first })
    }

    /// The table with this id, or `nil` for a table of a newer schema.
    public func table(_ id: TableID) -> TableSchema? { positions[id].map { tables[$0] } }
    /// The table with this name.
    public func table(named name: String) -> TableSchema? { names[name].map { tables[$0] } }
}
