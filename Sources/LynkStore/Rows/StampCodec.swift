import LynkCore
import LynkWire

/// The bytes of the `_stamp` column: varints over a replica's own handles; never sent.
///
/// Count of scopes and generation in one number, scopes, row stamp, then (field, stamp) for each
/// override. About fifteen bytes for a row that was written once.
enum StampCodec {
    static func encode(_ record: StampRecord) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(24)
        encode(record, to: &bytes)
        return bytes
    }

    static func encode(_ record: StampRecord, to bytes: inout [UInt8]) {
        appendVarint(
            UInt64(record.scopes.count) | UInt64(record.generation) << 2, to: &bytes)
        for scope in record.scopes { appendVarint(UInt64(scope), to: &bytes) }
        append(record.row, to: &bytes)
        for override in record.overrides {
            appendVarint(UInt64(override.field), to: &bytes)
            append(override.stamp, to: &bytes)
        }
    }

    private static func append(_ stamp: Stamp, to bytes: inout [UInt8]) {
        appendVarint(UInt64(stamp.era), to: &bytes)
        appendVarint(stamp.number, to: &bytes)
        // A timestamp fills seven or eight bytes always, so a varint would only cost one more.
        withUnsafeBytes(of: stamp.effective.rawValue.bigEndian) { bytes.append(contentsOf: $0) }
        appendVarint(UInt64(stamp.author), to: &bytes)
    }

    /// - Throws: ``Problem`` `store_failed` for bytes that this codec did not write.
    static func decode(_ bytes: UnsafeRawBufferPointer) throws -> StampRecord {
        do {
            var position = 0
            let first = try readVarint(bytes, at: &position)
            let count = first & 3
            guard count <= 2, let generation = UInt32(exactly: first >> 2) else {
                throw WireError.invalid("scopes of a row")
            }
            var scopes: [UInt32] = []
            scopes.reserveCapacity(Int(count))
            for _ in 0..<count { scopes.append(try handle(bytes, &position)) }
            let row = try stamp(bytes, &position)
            var overrides: [StampRecord.Override] = []
            while position < bytes.count {
                let field = try handle(bytes, &position)
                overrides.append(.init(field: field, stamp: try stamp(bytes, &position)))
            }
            return StampRecord(
                scopes: scopes, row: row, generation: generation, overrides: overrides)
        } catch {
            throw Problem(.storeFailed, "a row's stamp is damaged: \(error)")
        }
    }

    private static func handle(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int
    ) throws(WireError) -> UInt32 {
        guard let handle = UInt32(exactly: try readVarint(bytes, at: &position)) else {
            throw .invalid("handle")
        }
        return handle
    }

    private static func stamp(
        _ bytes: UnsafeRawBufferPointer, _ position: inout Int
    ) throws(WireError) -> Stamp {
        let era = try handle(bytes, &position)
        let number = try readVarint(bytes, at: &position)
        guard position + 8 <= bytes.count else { throw .truncated }
        let time = bytes.loadUnaligned(fromByteOffset: position, as: UInt64.self)
        position += 8
        let author = try handle(bytes, &position)
        return Stamp(
            era: era, number: number,
            effective: HybridTimestamp(rawValue: UInt64(bigEndian: time)), author: author)
    }
}
