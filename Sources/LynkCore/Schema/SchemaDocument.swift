/// A schema as it is written down for people and other implementations (Protocol/Schemas).
///
/// Holds everything that replicas must agree on: numbers, types, policies, who writes, what a
/// field is before it was ever written. Names are for people and may change.
public struct SchemaDocument: Hashable, Codable, Sendable {
    public struct Table: Hashable, Codable, Sendable {
        public let id: TableID
        public let name: String
        public let kind: String
        public let fields: [Field]
        public let indexes: [Index]
    }

    public struct Field: Hashable, Codable, Sendable {
        public let id: FieldID
        public let name: String
        public let type: String
        public let policy: Policy
        public let writtenBy: String
        /// Absent for NULL.
        public let defaultValue: Default?
    }

    /// A merge policy and what belongs to it.
    public struct Policy: Hashable, Codable, Sendable {
        public let name: String
        /// Of a lattice, lowest first.
        public var states: [String]?
    }

    /// Exactly one of these; integers in decimal, bytes in hexadecimal.
    public struct Default: Hashable, Codable, Sendable {
        public var integer: String?
        public var real: String?
        public var text: String?
        public var blob: String?
    }

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
        fields = table.fields.map { SchemaDocument.Field($0) }
        indexes = table.indexes.map { SchemaDocument.Index(name: $0.name, fields: $0.fields) }
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
    }
}

extension SchemaDocument.Policy {
    init(_ policy: MergePolicy) {
        name = policy.name
        switch policy {
        case .lattice(let lattice): states = lattice.states
        case .lastWriter, .immutable, .counter, .maximum, .minimum: break
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
