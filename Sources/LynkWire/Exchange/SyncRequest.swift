public import LynkCore

/// What a device sends in one exchange: who and where it is, and what it wrote.
///
/// The body is a hello frame, any number of change-set frames and a signature frame, which also
/// says that the body is whole. A change set whose `previous` is the one before it in the body
/// is sent without it. In a session a short hello stands for the full one, and a short push in
/// it (Protocol/05-exchange.md).
public struct SyncRequest: Sendable {
    /// The full hello, also when a short one came.
    public let hello: Hello
    /// In chain order, each with its verified content id.
    public let changeSets: [SealedChangeSet]
    /// Over the last content id; empty when there are no change sets.
    public let signature: [UInt8]
    /// The session that a short hello named.
    public let session: ExchangeSession?

    public init(
        hello: Hello, changeSets: [SealedChangeSet], signature: [UInt8],
        session: ExchangeSession? = nil
    ) {
        self.hello = hello
        self.changeSets = changeSets
        self.signature = signature
        self.session = session
    }

    /// What an answer in few bytes is made and read with; `nil` after a full hello.
    public var resumed: ResumedExchange? {
        session.map {
            ResumedExchange(
                session: $0, wallMilliseconds: hello.clock.wallMilliseconds,
                offered: changeSets.map(\.oid))
        }
    }

    /// Decodes a decompressed body.
    ///
    /// - Parameter sessions: the session of this name in the state of this position.
    /// - Throws: ``WireError/unsupportedVersion(_:)`` for a hello of another major version,
    ///   ``WireError/unknownSession``, else the first slip; nothing of the body is to be used
    ///   then.
    public static func decode(
        _ body: [UInt8],
        sessions: (_ id: [UInt8], _ position: Int64) -> ExchangeSession? = { _, _ in nil }
    ) throws(WireError) -> SyncRequest {
        guard body.count <= Limits.requestBytesMax else { throw .overLimit("requestBytesMax") }
        var reader = FrameReader()
        reader.append(body)
        guard let first = try reader.next() else { throw .truncated }
        switch first.type {
        case .hello:
            let hello = try first.payload.reading { (reader) throws(WireError) in
                try Hello(from: &reader)
            }
            var push = PushReader(nil)
            let signature = try push.frames(&reader)
            return SyncRequest(hello: hello, changeSets: push.changeSets, signature: signature)
        case .resumedHello:
            let opening = try first.payload.reading { (input) throws(WireError) in
                try ResumedOpening(from: &input, sessions)
            }
            var push = PushReader(opening)
            let signature: [UInt8]
            if let inline = opening.push {
                guard reader.isEmpty else { throw .invalid("bytes after the request") }
                if !inline.changeSets.isEmpty { try push.read(inline.changeSets) }
                signature = try push.checked(inline.signature)
            } else {
                signature = try push.frames(&reader)
            }
            let changeSets = push.changeSets
            let session = opening.session
            guard
                let hello = session.hello(
                    opening.hello, count: changeSets.count, last: changeSets.last?.oid)
            else { throw .unknownSession }
            return SyncRequest(
                hello: hello, changeSets: changeSets, signature: signature, session: session)
        default: throw .unexpected("hello frame")
        }
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
        append(changeSets, signature, ChangeSetElision(), to: &body)
        return body
    }

    /// Encodes a body with a short hello.
    ///
    /// - Returns: `nil` when the hello says something that the session does not know: then it is
    ///   to be sent in full.
    public static func encode(
        resuming session: ExchangeSession, hello: Hello, changeSets: [[UInt8]],
        signature: [UInt8]
    ) -> [UInt8]? {
        let last = changeSets.last.map { ChangeSetCodec.contentID(of: $0) }
        guard let resumed = session.resumption(of: hello, count: changeSets.count, last: last)
        else { return nil }
        let elision = ChangeSetElision(session: session, clock: hello.clock)
        var body: [UInt8] = []
        var writer = CBORWriter()
        if changeSets.reduce(0, { $0 + $1.count }) < ResumedOpening.inlineBytesMax {
            resumed.encode(into: &writer, in: session, elements: 7)
            writer.byteString(signature)
            writer.byteString(payloads(changeSets, elision).flatMap(\.self))
            Frame(.resumedHello, writer.bytes).append(to: &body)
        } else {
            resumed.encode(into: &writer, in: session, elements: 5)
            Frame(.resumedHello, writer.bytes).append(to: &body)
            append(changeSets, signature, elision, to: &body)
        }
        return body
    }

    private static func append(
        _ changeSets: [[UInt8]], _ signature: [UInt8], _ elision: ChangeSetElision,
        to body: inout [UInt8]
    ) {
        for payload in payloads(changeSets, elision) {
            Frame(.changeSets, payload).append(to: &body)
        }
        var writer = CBORWriter()
        writer.byteString(signature)
        Frame(.signature, writer.bytes).append(to: &body)
    }

    /// Byte strings in a row, as many as go into one frame.
    private static func payloads(
        _ changeSets: [[UInt8]], _ elision: ChangeSetElision
    ) -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        var payload = CBORWriter(reserving: 4096)
        var elision = elision
        for (index, bytes) in changeSets.enumerated() {
            // Five bytes are the longest head of a byte string below 4 GiB.
            let filled = payload.bytes.count + bytes.count + 5
            if !payload.bytes.isEmpty, filled > Limits.frameBytesMax {
                payloads.append(payload.bytes)
                payload.bytes.removeAll(keepingCapacity: true)
            }
            payload.byteString(elision.shortened(bytes))
            guard index + 1 < changeSets.count else { break }
            elision.previous = ChangeSetCodec.contentID(of: bytes)
        }
        if !payload.bytes.isEmpty { payloads.append(payload.bytes) }
        return payloads
    }
}
