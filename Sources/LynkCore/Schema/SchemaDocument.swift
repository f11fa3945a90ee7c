/// A schema as it is written down for people and other implementations (Protocol/Schemas).
///
/// Holds everything that replicas must agree on: numbers, types, policies, who writes, what a
/// field is before it was ever written. Names are for people and may change.
public struct SchemaDocument: Hashable, Codable, Sendable {
    /// A table and what replicas must agree on about it.
    public struct Table: Hashable, Codable, Sendable {
        public let id: TableID
        public let name: String
        public let kind: String
        public let deletes: String
        public let fields: [Field]
        public let indexes: [Index]
        public let uniques: [Unique]
    }

    /// A field of a table.
    public struct Field: Hashable, Codable, Sendable {
        public let id: FieldID
        public let name: String
        public let type: String
        public let policy: Policy
        public let writtenBy: String
        /// Absent for NULL.
        public let defaultValue: Default?
        public let references: Reference?
    }

    /// What a key names, and what becomes of it when that row is deleted.
    public struct Reference: Hashable, Codable, Sendable {
        public let table: TableID
        public let onDelete: String
    }

    /// Fields whose values no two rows share, and what becomes of the later claim.
    public struct Unique: Hashable, Codable, Sendable {
        public let name: String
        public let fields: [String]
        public let loser: String
    }

    /// A merge policy and what belongs to it.
    public struct Policy: Hashable, Codable, Sendable {
        public let name: String
        /// Of a lattice, lowest first.
        public var states: [String]?
        /// Of a group: fields of one table with the same name are one register.
        public var group: String?
        /// Of a flag: which of two concurrent values stands.
        public var wins: String?
        /// Of a custom policy: the application's function and its version.
        public var function: String?
        public var version: UInt32?
    }

    /// Exactly one of these; integers in decimal, bytes in hexadecimal.
    public struct Default: Hashable, Codable, Sendable {
        public var integer: String?
        public var real: String?
        public var text: String?
        public var blob: String?
    }

    /// An index over fields, by their names.
    public struct Index: Hashable, Codable, Sendable {
        public let name: String
        public let fields: [String]
    }

    public let application: String
    public let version: UInt32
    public let tables: [Table]

    public init(_ schema: Schema) {
        application = schema.name
        version = schema.version
        tables = schema.tables.map { Table($0) }
    }
}

extension SchemaDocument.Table {
    init(_ table: TableSchema) {
        id = table.id
        name = table.name
        kind = table.kind.rawValue
        deletes = table.deletes.rawValue
        fields = table.fields.map { SchemaDocument.Field($0) }
        indexes = table.indexes.map { SchemaDocument.Index(name: $0.name, fields: $0.fields) }
        uniques = table.uniques.map {
            SchemaDocument.Unique(name: $0.name, fields: $0.fields, loser: $0.loser.rawValue)
        }
    }
}

extension SchemaDocument.Field {
    init(_ field: FieldSchema) {
        id = field.id
        name = field.name
        type = field.type.rawValue
        policy = SchemaDocument.Policy(field.policy)
        writtenBy = field.authority.rawValue
        defaultValue = SchemaDocument.Default(field.defaultValue)
        references = field.references.map {
            SchemaDocument.Reference(table: $0.table, onDelete: $0.onDelete.rawValue)
        }
    }
}

extension SchemaDocument.Policy {
    init(_ policy: MergePolicy) {
        switch policy {
        case .lattice(let lattice): self.init(name: policy.name, states: lattice.states)
        case .group(let group): self.init(name: "group", group: group)
        case .flag(let winner): self.init(name: "flag", wins: winner.rawValue)
        case .custom(let function, let version):
            self.init(name: "custom", function: function, version: version)
        case .lastWriter, .immutable, .counter, .maximum, .minimum, .set, .multiValue:
            self.init(name: policy.name)
        }
    }
}

extension SchemaDocument.Default {
    /// `nil` for NULL.
    init?(_ value: Value) {
        switch value {
        case .null: return nil
        case .integer(let number): integer = String(number)
        case .real(let number): real = "\(number)"
        case .text(let words): text = words
        case .blob(let bytes): blob = hexadecimal(bytes)
        }
    }
}
