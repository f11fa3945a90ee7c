import CZstd
import LynkCore

/// Compresses a body that is made bit by bit; each flush can be expanded by its receiver at once.
///
/// Not `Sendable`: it owns a zstd context, which is for one task at a time, and frees it.
public final class ZstdStreamCompressor {
    private let context: OpaquePointer

    public init(level: Int32 = 3) {
        guard let context = ZSTD_createCCtx() else {
            preconditionFailure("zstd is out of memory")
        }
        self.context = context
        ZSTD_CCtx_setParameter(context, ZSTD_c_compressionLevel, level)
    }

    deinit { ZSTD_freeCCtx(context) }

    /// Takes bytes in and gives out what is ready; with `flush`, everything up to here.
    public func append(_ bytes: [UInt8], flush: Bool) -> [UInt8] {
        step(bytes, flush ? ZSTD_e_flush : ZSTD_e_continue)
    }

    /// The end of the frame. Appending afterwards starts another one.
    public func finish() -> [UInt8] { step([], ZSTD_e_end) }

    private func step(_ bytes: [UInt8], _ directive: ZSTD_EndDirective) -> [UInt8] {
        var result: [UInt8] = []
        bytes.withUnsafeBytes { source in
            var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            var isDone = false
            while !isDone {
                withUnsafeTemporaryAllocation(byteCount: 1 << 14, alignment: 1) { room in
                    var output = ZSTD_outBuffer(dst: room.baseAddress, size: room.count, pos: 0)
                    let left = ZSTD_compressStream2(context, &output, &input, directive)
                    // The parameters are valid, so only memory can be missing.
                    precondition(ZSTD_isError(left) == 0, "zstd is out of memory")
                    result.append(contentsOf: room[..<output.pos])
                    isDone = directive == ZSTD_e_continue ? input.pos == input.size : left == 0
                }
            }
        }
        return result
    }
}

/// Expands zstd frames that arrive in chunks: one, or any number in a row (RFC 8878 section 3.1).
///
/// Not `Sendable`: it owns a zstd context, which is for one task at a time, and frees it. The
/// context's window is bounded by ``Limits/zstdWindowLogMax``, whatever the frame claims.
public final class ZstdStreamDecompressor {
    private let context: OpaquePointer
    private let limit: Int
    private let isOneFrame: Bool
    private var consumed = 0
    private var produced = 0
    /// How many bytes of the current frame's magic number have been looked at.
    private var magicCount = 0
    private var isSkippable = false
    /// Whether the last frame that began is complete.
    public private(set) var isAtEnd = false

    /// - Parameters:
    ///   - limit: the most bytes that all chunks together may expand to.
    ///   - isOneFrame: nothing may come after the first frame.
    public init(limit: Int, isOneFrame: Bool = true) {
        guard let context = ZSTD_createDCtx() else {
            preconditionFailure("zstd is out of memory")
        }
        self.context = context
        self.limit = limit
        self.isOneFrame = isOneFrame
        ZSTD_DCtx_setParameter(context, ZSTD_d_windowLogMax, Int32(Limits.zstdWindowLogMax))
    }

    deinit { ZSTD_freeDCtx(context) }

    /// Everything that the chunk completes.
    ///
    /// - Throws: ``WireError/overLimit(_:)`` as soon as the output would pass the limit or
    ///   ``Limits/expansionRatioMax`` times the input; ``WireError/invalid(_:)`` for bytes that
    ///   are not zstd of RFC 8878 or come after the end. The stream is unusable then.
    public func append(_ chunk: [UInt8]) throws(WireError) -> [UInt8] {
        consumed += chunk.count
        return try chunk.withUnsafeBufferPointer { (source) throws(WireError) -> [UInt8] in
            var input = ZSTD_inBuffer(src: source.baseAddress, size: source.count, pos: 0)
            return try drain(&input)
        }
    }

    private func drain(_ input: inout ZSTD_inBuffer) throws(WireError) -> [UInt8] {
        var result: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 1 << 15)
        while true {
            if isAtEnd {
                guard input.pos < input.size else { return result }
                guard !isOneFrame else { throw .invalid("bytes after a zstd frame") }
                isAtEnd = false
                magicCount = 0
            }
            if magicCount < 4 { try checkMagic(input) }
            let (left, count) = room.withUnsafeMutableBytes { buffer in
                var output = ZSTD_outBuffer(dst: buffer.baseAddress, size: buffer.count, pos: 0)
                return (ZSTD_decompressStream(context, &output, &input), output.pos)
            }
            guard ZSTD_isError(left) == 0 else { throw .invalid("zstd") }
            produced += count
            guard produced <= limit else { throw .overLimit("bytes after decompression") }
            guard produced <= Zstd.expansionBound(consumed) else {
                throw .overLimit("expansionRatioMax")
            }
            result.append(contentsOf: room[..<count])
            isAtEnd = left == 0
            // A full room may leave more inside the context; a partly filled one does not.
            if !isAtEnd, input.pos == input.size, count < room.count { return result }
        }
    }

    /// The library may also read the formats from before RFC 8878, whose readers take a window of
    /// 128 MiB for nine bytes, whatever ``Limits/zstdWindowLogMax`` says.
    private func checkMagic(_ input: ZSTD_inBuffer) throws(WireError) {
        let bytes = UnsafeRawBufferPointer(start: input.src, count: input.size)
        for byte in bytes[input.pos...].prefix(4 - magicCount) {
            // Sections 3.1.1 and 3.1.2: little-endian; a skippable frame has any low four bits.
            if magicCount == 0 { isSkippable = byte & 0xF0 == 0x50 }
            let wanted: [UInt8] =
                isSkippable ? [byte, 0x2A, 0x4D, 0x18] : [0x28, 0xB5, 0x2F, 0xFD]
            guard byte == wanted[magicCount] else { throw .invalid("zstd") }
            magicCount += 1
        }
    }
}
