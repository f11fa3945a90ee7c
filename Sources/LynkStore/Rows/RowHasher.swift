import LynkCore
import LynkEngine
import LynkWire

/// Adds rows to and takes them out of set digests. Keeps its buffers between rows; not shared.
struct RowHasher: RowHashing {
    private let digestKey: [UInt8]
    private var prefixes: [UInt32: [UInt8]] = [:]
    private(set) var image = RowImageWriter()

    init(digestKey: [UInt8]) { self.digestKey = digestKey }

    /// What is hashed before rows of this scope; kept per handle.
    mutating func prefix(_ handle: UInt32, name: (UInt32) throws -> Scope) rethrows -> [UInt8] {
        if let found = prefixes[handle] { return found }
        let made = RowImageWriter.prefix(digestKey: digestKey, scope: try name(handle))
        prefixes[handle] = made
        return made
    }

    /// Writes the canonical image of a row; take it with ``insert(into:prefix:)`` or
    /// ``remove(from:prefix:)``.
    mutating func write(
        _ row: StampedRow, of table: TableSchema, era: (UInt32) throws -> EraID
    ) rethrows {
        try write(row, of: table, unknown: [], era: era)
    }

    /// - Parameter unknown: fields that the table does not have (``UnknownFields``).
    mutating func write(
        _ row: StampedRow, of table: TableSchema, unknown: [UInt8],
        era: (UInt32) throws -> EraID
    ) rethrows {
        row.key.bytes.withUnsafeBytes { image.begin(table: table.id, key: $0) }
        for (field, value) in zip(table.fields, row.values) { image.field(field, value) }
        if !unknown.isEmpty { image.fields(encoded: unknown) }
        image.endFields()
        try stamps(row.record, era: era)
    }

    mutating func stamps(
        _ record: StampRecord, era: (UInt32) throws -> EraID
    ) rethrows {
        image.stamp(era: try era(record.row.era), record.row)
        for override in record.overrides {
            image.override(override.field)
            image.stamp(era: try era(override.stamp.era), override.stamp)
        }
    }

    mutating func begin(table: TableID, key: UnsafeRawBufferPointer) {
        image.begin(table: table, key: key)
    }

    @inline(__always)
    mutating func field(_ field: FieldSchema, _ cell: Cell) { image.field(field, cell) }
    mutating func fields(encoded bytes: [UInt8]) { image.fields(encoded: bytes) }
    mutating func endFields() { image.endFields() }

    func insert(into digest: inout SetDigest, prefix: [UInt8]) {
        image.writer.bytes.withUnsafeBytes { digest.insert(row: $0, prefix: prefix) }
    }

    func remove(from digest: inout SetDigest, prefix: [UInt8]) {
        image.writer.bytes.withUnsafeBytes { digest.remove(row: $0, prefix: prefix) }
    }
}
