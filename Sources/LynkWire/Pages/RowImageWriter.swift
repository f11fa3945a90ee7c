package import LynkCore

/// The canonical bytes of a row that its digest is taken over (Protocol/07-integrity.md).
///
/// A CBOR sequence: table, key, then field and value for each field that differs from its
/// default, null, then the row's stamp and the stamps of single fields. Never-written fields are
/// absent, so adding a column with a default changes no digest.
package struct RowImageWriter {
    package private(set) var writer = CBORWriter(reserving: 512)

    package init() {}

    @inline(__always)
    package mutating func begin(table: TableID, key: UnsafeRawBufferPointer) {
        writer.bytes.removeAll(keepingCapacity: true)
        writer.unsigned(UInt64(table))
        writer.byteString(key)
    }

    /// Fields ascend by id; a value equal to the default is left out.
    @inline(__always)
    package mutating func field(_ field: FieldSchema, _ cell: Cell) {
        guard !cell.equals(field.defaultValue) else { return }
        writer.unsigned(UInt64(field.id))
        writer.cell(cell)
    }

    package mutating func field(_ field: FieldSchema, _ value: Value) {
        guard value != field.defaultValue else { return }
        writer.unsigned(UInt64(field.id))
        writer.value(value)
    }

    /// Fields that the schema at hand does not have, as they stand in an image; after those that
    /// it has, because what a schema adds has greater numbers.
    package mutating func fields(encoded bytes: [UInt8]) {
        writer.bytes.append(contentsOf: bytes)
    }

    @inline(__always)
    package mutating func endFields() { writer.null() }

    @inline(__always)
    package mutating func stamp(era: EraID, _ stamp: Stamp) {
        writer.identifier(era)
        writer.unsigned(stamp.number)
        writer.unsigned(stamp.effective.rawValue)
    }

    package mutating func override(_ field: FieldID) { writer.unsigned(UInt64(field)) }

    /// What is hashed before the image: the tenant's key, then the scope.
    package static func prefix(digestKey: [UInt8], scope: Scope) -> [UInt8] {
        var writer = CBORWriter()
        writer.bytes.append(contentsOf: digestKey)
        writer.text(scope.name)
        return writer.bytes
    }
}
