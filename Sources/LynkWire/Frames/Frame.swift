import LynkCore

/// What a frame's payload is. Numbers are never reused (Protocol/05-exchange.md).
public struct FrameType: RawRepresentable, Hashable, Sendable {
    public let rawValue: UInt8

    public init(rawValue: UInt8) { self.rawValue = rawValue }

    /// A piece of a payload that goes on in the next frame; the last piece carries the type.
    static let part = FrameType(rawValue: 0x00)

    public static let hello = FrameType(rawValue: 0x01)
    public static let changeSets = FrameType(rawValue: 0x02)
    public static let signature = FrameType(rawValue: 0x03)
    /// The short hello of a session.
    public static let resumedHello = FrameType(rawValue: 0x04)
    /// A request to compare ranges of rows.
    public static let verify = FrameType(rawValue: 0x05)

    public static let welcome = FrameType(rawValue: 0x10)
    public static let receipts = FrameType(rawValue: 0x11)
    public static let page = FrameType(rawValue: 0x12)
    public static let checkpoint = FrameType(rawValue: 0x13)
    public static let problem = FrameType(rawValue: 0x14)
    public static let conflicts = FrameType(rawValue: 0x15)
    /// A signature over the receipts before it.
    public static let proof = FrameType(rawValue: 0x16)
    /// Welcome, receipts and checkpoint of an exchange in a session, in one.
    public static let brief = FrameType(rawValue: 0x17)
    /// Digests of ranges of rows.
    public static let verified = FrameType(rawValue: 0x18)
    /// What a snapshot is made of.
    public static let manifest = FrameType(rawValue: 0x19)

    /// Types that a later version may add and an earlier reader passes over.
    var isOptional: Bool { rawValue >= 0x80 }
}

/// One message: its type and its payload, whole.
public struct Frame: Hashable, Sendable {
    /// Length and type before the payload, checksum after it.
    public static let overheadBytes = 9

    public let type: FrameType
    public let payload: [UInt8]

    public init(_ type: FrameType, _ payload: [UInt8]) {
        self.type = type
        self.payload = payload
    }

    /// Length, type, payload, CRC-32C; a payload above ``Limits/frameBytesMax`` in several frames.
    public func encoded() -> [UInt8] {
        var bytes: [UInt8] = []
        append(to: &bytes)
        return bytes
    }

    func append(to bytes: inout [UInt8]) {
        payload.withUnsafeBytes { Self.append(type, $0, to: &bytes) }
    }

    static func append(
        _ type: FrameType, _ payload: UnsafeRawBufferPointer, to bytes: inout [UInt8]
    ) {
        var rest = payload
        while rest.count > Limits.frameBytesMax {
            let piece = UnsafeRawBufferPointer(rebasing: rest[..<Limits.frameBytesMax])
            appendPiece(.part, piece, to: &bytes)
            rest = UnsafeRawBufferPointer(rebasing: rest[Limits.frameBytesMax...])
        }
        appendPiece(type, rest, to: &bytes)
    }

    private static func appendPiece(
        _ type: FrameType, _ piece: UnsafeRawBufferPointer, to bytes: inout [UInt8]
    ) {
        var checksum = CRC32C()
        checksum.update(type.rawValue)
        checksum.update(piece)
        withUnsafeBytes(of: UInt32(piece.count).bigEndian) { bytes.append(contentsOf: $0) }
        bytes.append(type.rawValue)
        bytes.append(contentsOf: piece)
        withUnsafeBytes(of: checksum.value.bigEndian) { bytes.append(contentsOf: $0) }
    }
}
