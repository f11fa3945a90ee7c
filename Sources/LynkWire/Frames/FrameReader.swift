import LynkCore

/// Takes frames out of bytes that arrive in chunks of any size.
///
/// Holds at most the last chunk, one frame and one message in pieces. After an error it throws
/// the same one again: there is no way back into step with a broken stream.
public struct FrameReader: Sendable {
    private var buffer: [UInt8] = []
    private var position = 0
    /// Bytes that have left the buffer.
    private var dropped = 0
    /// Pieces of a message whose last one has not come yet.
    private var pieces: [UInt8] = []
    private var isInPieces = false

    public init() {}

    /// Whether the stream may end here: no frame and no message is cut short.
    public var isEmpty: Bool { position == buffer.count && !isInPieces }

    /// Bytes from the start of the stream to the end of the last whole frame.
    var offset: Int { dropped + position }

    /// Takes a copy of a chunk, e.g. of a transport's buffer.
    public mutating func append(_ bytes: UnsafeRawBufferPointer) {
        compact()
        buffer.append(contentsOf: bytes)
    }

    /// Takes a chunk; a whole body in one costs no copy.
    public mutating func append(_ bytes: [UInt8]) {
        compact()
        if buffer.isEmpty { buffer = bytes } else { buffer.append(contentsOf: bytes) }
    }

    private mutating func compact() {
        guard position > 0 else { return }
        buffer.removeFirst(position)
        dropped += position
        position = 0
    }

    /// The next whole message, or `nil` until more bytes have been appended.
    ///
    /// - Throws: ``WireError/overLimit(_:)`` before memory is taken for a claimed length,
    ///   ``WireError/checksumMismatch``.
    public mutating func next() throws(WireError) -> Frame? {
        while let (type, range) = try piece() {
            if type == .part {
                guard !range.isEmpty else { throw .invalid("a part without bytes") }
                guard pieces.count + range.count <= Limits.messageBytesMax else {
                    throw .overLimit("messageBytesMax")
                }
                pieces.append(contentsOf: buffer[range])
                isInPieces = true
                position = range.upperBound + 4
                continue
            }
            guard pieces.count + range.count <= Limits.messageBytesMax else {
                throw .overLimit("messageBytesMax")
            }
            position = range.upperBound + 4
            let payload = isInPieces ? pieces + buffer[range] : Array(buffer[range])
            pieces = []
            isInPieces = false
            if type.isOptional { continue }
            return Frame(type, payload)
        }
        return nil
    }

    /// Type and payload of the next frame in the buffer, checked and not yet taken.
    private func piece() throws(WireError) -> (FrameType, Range<Int>)? {
        try buffer.withUnsafeBufferPointer {
            (bytes) throws(WireError) -> (FrameType, Range<Int>)? in
            let rest = UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(bytes)[position...])
            guard rest.count >= 4 else { return nil }
            let claimed = Int(UInt32(bigEndian: rest.loadUnaligned(as: UInt32.self)))
            guard claimed <= Limits.frameBytesMax else { throw .overLimit("frameBytesMax") }
            guard rest.count >= claimed + Frame.overheadBytes else { return nil }
            var checksum = CRC32C()
            checksum.update(UnsafeRawBufferPointer(rebasing: rest[4..<5 + claimed]))
            let stored = rest.loadUnaligned(fromByteOffset: 5 + claimed, as: UInt32.self)
            guard checksum.value == UInt32(bigEndian: stored) else { throw .checksumMismatch }
            let start = position + 5
            return (FrameType(rawValue: rest[4]), start..<start + claimed)
        }
    }
}
