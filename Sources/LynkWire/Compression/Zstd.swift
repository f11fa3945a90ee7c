import CZstd
import LynkCore

/// zstd (RFC 8878) for bodies, in one piece.
public enum Zstd {
    /// The bytes as one zstd frame.
    public static func compress(_ bytes: [UInt8], level: Int32 = 3) -> [UInt8] {
        let bound = ZSTD_compressBound(bytes.count)
        return [UInt8](unsafeUninitializedCapacity: bound) { buffer, count in
            count = bytes.withUnsafeBytes {
                ZSTD_compress(buffer.baseAddress, bound, $0.baseAddress, $0.count, level)
            }
            // With room for the bound only memory can be missing, as in any allocation.
            precondition(ZSTD_isError(count) == 0, "zstd is out of memory")
        }
    }

    /// A body compressed for sending, or `nil` when it is to be sent as it is: it is short, gains
    /// nothing, or shrinks so much that the receiver would take it for a bomb.
    public static func compressedBody(_ body: [UInt8]) -> [UInt8]? {
        guard body.count >= Limits.compressionBytesMin else { return nil }
        let compressed = compress(body)
        guard compressed.count < body.count, body.count <= expansionBound(compressed.count) else {
            return nil
        }
        return compressed
    }

    /// Expands exactly one zstd frame, in steps, so that a header's claim takes no memory.
    ///
    /// - Parameter limit: the most bytes that the result may have; ``Limits/expansionRatioMax``
    ///   bounds it as well.
    /// - Throws: ``WireError/overLimit(_:)``, ``WireError/truncated``, ``WireError/invalid(_:)``.
    public static func decompress(_ bytes: [UInt8], limit: Int) throws(WireError) -> [UInt8] {
        let stream = ZstdStreamDecompressor(limit: limit)
        let result = try stream.append(bytes)
        guard stream.isAtEnd else { throw .truncated }
        return result
    }

    /// The most bytes that so many compressed ones may stand for.
    static func expansionBound(_ compressed: Int) -> Int {
        let (product, overflow) = compressed.multipliedReportingOverflow(
            by: Limits.expansionRatioMax)
        return overflow ? .max : max(product, Limits.expansionFreeBytes)
    }
}
