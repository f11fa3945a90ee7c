import LynkCore

extension ResumedHello {
    /// The clocks are differences to those of the session's hello: the boot clock's to its boot
    /// clock, and the wall clock's to what its wall clock would read now without a correction.
    func encode(into writer: inout CBORWriter, in session: ExchangeSession, elements: Int) {
        let since = bootMilliseconds &- session.hello.clock.bootMilliseconds
        writer.array(elements)
        writer.byteString(self.session)
        writer.integer(position)
        writer.integer(since)
        writer.integer(wallMilliseconds &- session.hello.clock.wallMilliseconds &- since)
        writer.extensions { extensions in
            extensions.bytes(1, ratchet)
            extensions.item(2, if: mode == .live) { $0.bool(true) }
        }
    }
}

/// A short hello with the session that it names, and the push when it came with it.
struct ResumedOpening {
    /// A push up to about this size stands in the hello's frame.
    static let inlineBytesMax = 64 << 10

    let hello: ResumedHello
    let session: ExchangeSession
    let push: (signature: [UInt8], changeSets: [UInt8])?

    init(
        from reader: inout CBORReader,
        _ sessions: ([UInt8], Int64) -> ExchangeSession?
    ) throws(WireError) {
        let count = try reader.array(7, "elements")
        guard count == 5 || count == 7 else { throw .unexpected("array of 5 or 7") }
        let id = try reader.bytes(exactly: Limits.sessionBytes)
        let position = try reader.hubPosition()
        let since = try reader.integer()
        let drift = try reader.integer()
        let extensions = try ExtensionReader(&reader)
        let ratchet = try extensions.bytes(1, exactly: Limits.ratchetBytes)
        let mode: PullMode = try extensions.flag(2) ? .live : .once
        if count == 7 {
            let signature = Array(
                try reader.byteString(Limits.signatureBytes, "signatureBytes"))
            let changeSets = Array(
                try reader.byteString(Limits.messageBytesMax, "messageBytesMax"))
            push = (signature, changeSets)
        } else {
            push = nil
        }
        guard let session = sessions(id, position) else { throw .unknownSession }
        self.session = session
        let clock = session.hello.clock
        hello = ResumedHello(
            session: id, position: position,
            wallMilliseconds: clock.wallMilliseconds &+ since &+ drift,
            bootMilliseconds: clock.bootMilliseconds &+ since, ratchet: ratchet, mode: mode)
    }

    var elision: ChangeSetElision {
        ChangeSetElision(
            session: session,
            clock: ClockReading(
                wallMilliseconds: hello.wallMilliseconds, bootID: session.hello.clock.bootID,
                bootMilliseconds: hello.bootMilliseconds))
    }
}
