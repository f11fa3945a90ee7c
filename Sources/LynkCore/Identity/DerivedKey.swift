import Crypto

extension Identifier {
    /// The key of a row that the hub derives: the first sixteen bytes of SHA-256 over the kind and
    /// the parts, each with its length, so the same cause gives the same row in any order of
    /// arrival and on any hub.
    public static func derived(_ kind: String, _ parts: [[UInt8]]) -> Self {
        var hash = SHA256()
        for part in [Array(kind.utf8)] + parts {
            withUnsafeBytes(of: UInt32(part.count).bigEndian) { hash.update(bufferPointer: $0) }
            hash.update(data: part)
        }
        return hash.finalize().withUnsafeBytes { raw in
            Self(
                high: UInt64(bigEndian: raw.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }
}
