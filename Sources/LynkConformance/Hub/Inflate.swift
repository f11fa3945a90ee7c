import CZstd

/// Expands bodies that a client has compressed (05-exchange.md, X11), over the system's zstd.
enum Inflate {
    /// - Throws: ``CBORSlip`` when the bytes are not zstd, or expand past 64 MiB.
    static func zstd(_ bytes: [UInt8]) throws(CBORSlip) -> [UInt8] {
        guard let context = ZSTD_createDCtx() else { throw CBORSlip(at: 0, what: "no memory") }
        defer { ZSTD_freeDCtx(context) }
        var out: [UInt8] = []
        var room = [UInt8](repeating: 0, count: 1 << 16)
        var (place, left) = (0, 1)
        while place < bytes.count || left > 0 {
            let (read, count, more) = step(context, bytes, place, &room)
            guard ZSTD_isError(more) == 0, read > place || count > 0, out.count < 64 << 20 else {
                throw CBORSlip(at: place, what: "a body that is not zstd, cut or too large")
            }
            out += room[..<count]
            (place, left) = (read, more)
        }
        return out
    }

    private static func step(
        _ context: OpaquePointer, _ bytes: [UInt8], _ place: Int, _ room: inout [UInt8]
    ) -> (read: Int, count: Int, more: Int) {
        bytes.withUnsafeBytes { source in
            room.withUnsafeMutableBytes { target in
                var input = ZSTD_inBuffer(
                    src: source.baseAddress, size: source.count, pos: place)
                var output = ZSTD_outBuffer(dst: target.baseAddress, size: target.count, pos: 0)
                let more = ZSTD_decompressStream(context, &output, &input)
                return (input.pos, output.pos, more)
            }
        }
    }
}
