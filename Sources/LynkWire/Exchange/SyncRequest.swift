public import LynkCore

/// What a device sends in one exchange: who and where it is, and what it wrote.
///
/// The body is a hello frame, any number of change-set frames and a signature frame, which also
/// says that the body is whole. A change set whose `previous` is the one before it in the body
/// is sent without it (Protocol/05-exchange.md).
public struct SyncRequest: Sendable {
    public let hello: Hello
    /// In chain order, each with its verified content id.
    public let changeSets: [SealedChangeSet]
    /// Over the last content id; empty when there are no change sets.
    public let signature: [UInt8]

    public init(hello: Hello, changeSets: [SealedChangeSet], signature: [UInt8]) {
        self.hello = hello
        self.changeSets = changeSets
        self.signature = signature
    }

    /// Decodes a decompressed body.
    ///
    /// - Throws: ``WireError/unsupportedVersion(_:)`` for a hello of another major version, else
    ///   the first slip; nothing of the body is to be used then.
    public static func decode(_ body: [UInt8]) throws(WireError) -> SyncRequest {
        guard body.count <= Limits.requestBytesMax else { throw .overLimit("requestBytesMax") }
        var reader = FrameReader()
        reader.append(body)
        guard let first = try reader.next() else { throw .truncated }
        guard first.type == .hello else { throw .unexpected("hello frame") }
        let hello = try first.payload.reading { (reader) throws(WireError) in
            try Hello(from: &reader)
        }
        var push = PushReader()
        while let frame = try reader.next() {
            switch frame.type {
            case .changeSets:
                try push.read(frame.payload)
            case .signature:
                guard reader.isEmpty else { throw .invalid("bytes after the signature") }
                let signature = try push.signature(frame.payload)
                return SyncRequest(
                    hello: hello, changeSets: push.changeSets, signature: signature)
            default:
                throw .unexpected("frame of a request")
            }
        }
        throw .truncated
    }

    /// Encodes a body.
    ///
    /// - Parameter changeSets: canonical bytes in chain order; what ``ChangeSetCodec`` sealed.
    /// - Parameter signature: of the last change set's content id; empty when there are none.
    public static func encode(
        hello: Hello, changeSets: [[UInt8]], signature: [UInt8]
    ) -> [UInt8] {
        var body: [UInt8] = []
        body.reserveCapacity(changeSets.reduce(512) { $0 + $1.count })
        var writer = CBORWriter()
        hello.encode(into: &writer)
        Frame(.hello, writer.bytes).append(to: &body)
        appendChangeSets(changeSets, to: &body)
        writer = CBORWriter()
        writer.byteString(signature)
        Frame(.signature, writer.bytes).append(to: &body)
        return body
    }

    private static func appendChangeSets(_ changeSets: [[UInt8]], to body: inout [UInt8]) {
        var payload = CBORWriter(reserving: 4096)
        var previous: ContentID?
        for (index, bytes) in changeSets.enumerated() {
            // Five bytes are the longest head of a byte string below 4 GiB.
            let filled = payload.bytes.count + bytes.count + 5
            if !payload.bytes.isEmpty, filled > Limits.frameBytesMax {
                Frame(.changeSets, payload.bytes).append(to: &body)
                payload.bytes.removeAll(keepingCapacity: true)
            }
            payload.changeSet(bytes, after: previous)
            guard index + 1 < changeSets.count else { break }
            previous = ChangeSetCodec.contentID(of: bytes)
        }
        if !payload.bytes.isEmpty { Frame(.changeSets, payload.bytes).append(to: &body) }
    }
}

/// The place of `previous` in a push, when it is the change set before: CBOR's `undefined`,
/// which no canonical change set contains there.
private let previousIsBefore: UInt8 = 0xF7

extension CBORWriter {
    fileprivate mutating func changeSet(_ bytes: [UInt8], after previous: ContentID?) {
        let start = ChangeSetCodec.previousOffset
        guard let previous, bytes.count > start + 34, bytes[start] == 0x58,
            ContentID(bytes: bytes[start + 2..<start + 34]) == previous
        else { return byteString(bytes) }
        head(2, UInt64(bytes.count - 33))
        self.bytes.append(contentsOf: bytes[..<start])
        self.bytes.append(previousIsBefore)
        self.bytes.append(contentsOf: bytes[(start + 34)...])
    }
}

/// Collects the change sets of one push.
private struct PushReader {
    private(set) var changeSets: [SealedChangeSet] = []
    private var byteCount = 0

    mutating func read(_ payload: [UInt8]) throws(WireError) {
        guard !payload.isEmpty else { throw .unexpected("change set") }
        let found = try payload.withUnsafeBufferPointer {
            (buffer) throws(WireError) -> [[UInt8]] in
            var reader = CBORReader(UnsafeRawBufferPointer(buffer))
            var found: [[UInt8]] = []
            while !reader.isAtEnd {
                let view = try reader.byteString(Limits.changeSetBytesMax, "changeSetBytesMax")
                found.append(Array(view))
                guard changeSets.count + found.count <= Limits.changeSetsPerPushMax else {
                    throw .overLimit("changeSetsPerPushMax")
                }
            }
            return found
        }
        for bytes in found {
            let sealed = try ChangeSetCodec.open(restored(bytes))
            byteCount += sealed.bytes.count
            guard byteCount <= Limits.pushBytesMax else { throw .overLimit("pushBytesMax") }
            changeSets.append(sealed)
        }
    }

    /// The canonical bytes of a change set that may have been sent without its `previous`.
    private func restored(_ bytes: [UInt8]) throws(WireError) -> [UInt8] {
        let start = ChangeSetCodec.previousOffset
        guard bytes.count > start, bytes[start] == previousIsBefore else { return bytes }
        guard let previous = changeSets.last?.oid else { throw .invalid("previous of the first") }
        var writer = CBORWriter(reserving: bytes.count + 33)
        writer.bytes.append(contentsOf: bytes[..<start])
        writer.contentID(previous)
        writer.bytes.append(contentsOf: bytes[(start + 1)...])
        return writer.bytes
    }

    func signature(_ payload: [UInt8]) throws(WireError) -> [UInt8] {
        let signature = try payload.reading { (reader) throws(WireError) in
            Array(try reader.byteString(Limits.signatureBytes, "signatureBytes"))
        }
        guard signature.count == (changeSets.isEmpty ? 0 : Limits.signatureBytes) else {
            throw .invalid("length of the signature")
        }
        return signature
    }
}
