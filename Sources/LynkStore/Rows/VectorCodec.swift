import LynkCore

/// A version vector as a column: 24 bytes per entry, era then number, in canonical order.
enum VectorCodec {
    static func encode(_ vector: VersionVector) -> [UInt8] {
        vector.sorted.flatMap { dot in
            dot.era.bytes + withUnsafeBytes(of: dot.number.bigEndian) { Array($0) }
        }
    }

    static func decode(_ bytes: [UInt8]) throws -> VersionVector {
        guard bytes.count.isMultiple(of: 24) else {
            throw Problem(.storeFailed, "a version vector is damaged")
        }
        var entries: [EraID: UInt64] = [:]
        for start in stride(from: 0, to: bytes.count, by: 24) {
            guard let era = EraID(bytes: bytes[start..<start + 16]) else { continue }
            entries[era] = bytes[start + 16..<start + 24].reduce(0) { $0 << 8 | UInt64($1) }
        }
        return VersionVector(entries)
    }
}
