import LynkCore
import LynkEngine
import LynkWire

/// Turns the bytes of one answer into calls on the replica: decompress, cut into frames, decode,
/// let ``ExchangeMachine`` decide, perform.
///
/// `@unchecked Sendable`: it moves between blocking threads, but the exchange that owns it awaits
/// each call before it makes the next, so there is one caller at a time.
final class ExchangeReceiver: @unchecked Sendable {
    private let replica: any ReplicaStore
    private let bytesMax: Int
    private let sent: SentRequest
    private let sessions: SessionKeeper
    private let watcher: ExchangeWatcher
    private var machine: ExchangeMachine
    private var welcome: Welcome?
    /// A signature that came ahead of a brief answer.
    private var proof: [UInt8] = []
    private var progress = CatchUpProgress()
    private var frames = FrameReader()
    private var isHeadChecked = false
    /// Present when the body is compressed.
    private var decompressor: ZstdStreamDecompressor?

    /// What happened so far; costs of the transfer are not in it.
    private(set) var report = SyncReport()
    private(set) var refusal: Problem?
    /// What the hub offers instead of pages.
    private(set) var offers: [SnapshotOffer] = []
    /// The device's scopes changed while the hub answered: there is no checkpoint.
    private(set) var isCutShort = false
    /// The replica has something to send at once.
    private(set) var hasMore = false

    static let mediaType = "application/vnd.lynk.sync+cbor"

    /// - Parameter bytesMax: the most bytes that the answer may expand to.
    init(
        replica: any ReplicaStore, bytesMax: Int, sent: SentRequest, sessions: SessionKeeper,
        watcher: ExchangeWatcher
    ) {
        machine = ExchangeMachine(
            mode: sent.hello.mode, takesSnapshots: sent.hello.snapshotRowsMin > 0)
        self.replica = replica
        self.bytesMax = bytesMax
        self.sent = sent
        self.sessions = sessions
        self.watcher = watcher
    }

    /// Whether everything that came is applied: a live answer may be left here.
    var isCaughtUp: Bool { machine.state == .caughtUp && frames.isEmpty }

    /// Whether the replica has something to do that a live answer would put off.
    var hasReasonToLeave: Bool { hasMore || refusal != nil || !report.digestMatches }

    /// Takes the next bytes of an answer with status 200. Blocks while the replica stores.
    ///
    /// - Throws: ``Problem`` `response_invalid`, what the hub said went wrong, or what the replica
    ///   threw. What was recorded and staged before stays.
    func take(_ chunks: [[UInt8]], of head: HTTPResponseHead) throws {
        try check(head)
        for chunk in chunks {
            do throws(WireError) {
                if let decompressor {
                    frames.append(try decompressor.append(chunk))
                } else {
                    frames.append(chunk)
                }
            } catch {
                throw Self.problem(error)
            }
            while let messages = try nextMessages() {
                for message in messages { try perform(machine.receive(message)) }
            }
        }
    }

    /// The answer has ended.
    ///
    /// - Throws: ``Problem`` `response_invalid` or `unreachable` unless a checkpoint was applied.
    func finish(_ head: HTTPResponseHead) throws {
        try check(head)
        if let problem = machine.end() { throw problem }
        guard frames.isEmpty else {
            throw Problem(.responseInvalid, "bytes after the checkpoint")
        }
    }

    /// A sign-in page of a captive portal also comes with status 200.
    private func check(_ head: HTTPResponseHead) throws {
        guard !isHeadChecked else { return }
        guard head.mediaType == Self.mediaType else {
            throw Problem(
                .responseInvalid, "the answer is \(head.mediaType ?? "of no type"), not a sync")
        }
        switch head["content-encoding"]?.lowercased() {
        case nil, "identity": break
        case "zstd": decompressor = ZstdStreamDecompressor(limit: bytesMax, isOneFrame: false)
        case .some(let other):
            throw Problem(.responseInvalid, "the answer is encoded as \(other)")
        }
        isHeadChecked = true
    }

    /// The messages of the next frame: one, or those that a brief answer stands for.
    private func nextMessages() throws -> [ResponseFrame]? {
        do throws(WireError) {
            guard let frame = try frames.next() else { return nil }
            if frame.type == .brief, let resumed = sent.resumed {
                return Self.joined(try resumed.expand(frame.payload), proof)
            }
            let message = try ResponseFrame.decode(frame)
            if case .proof(let signature) = message, machine.state == .awaitingWelcome,
                sent.resumed != nil, proof.isEmpty
            {
                proof = signature
                return []
            }
            return [message]
        } catch {
            throw Self.problem(error)
        }
    }

    private func perform(_ action: ExchangeMachine.Action) throws {
        switch action {
        case .begin(let welcome):
            refusal = welcome.refusal
            self.welcome = welcome
            offers = welcome.snapshots
            try replica.begin(welcome)
            progress.began(expecting: welcome.rowsExpected)
            watcher.progressed(progress)
        case .record(let receipts):
            try replica.record(receipts)
            report.count(receipts)
        case .stage(let page):
            try replica.stage(page: page)
            report.pages += 1
            if !progress.isComplete {
                progress.received(rows: CatchUpProgress.rows(of: page), bytes: page.count)
                watcher.progressed(progress)
            }
        case .apply(let checkpoint):
            let applied = try replica.apply(checkpoint)
            report.rowsApplied += applied.rowsApplied
            report.digestMatches = applied.digestMatches
            hasMore = applied.hasMore
            note(checkpoint)
        case .keepConflicts(let conflicts):
            try replica.record(conflicts: conflicts)
        case .keepProof(let proof):
            try replica.record(proof: proof)
        case .abort(let problem):
            isCutShort = problem.code == .scopesChanged
            throw problem
        }
    }

    /// The messages of a brief answer, with the proof that came ahead of it in its place.
    private static func joined(_ messages: [ResponseFrame], _ proof: [UInt8]) -> [ResponseFrame] {
        guard !proof.isEmpty else { return messages }
        return messages.flatMap { message -> [ResponseFrame] in
            guard case .receipts = message else { return [message] }
            return [message, .proof(proof)]
        }
    }

    private func note(_ checkpoint: Checkpoint) {
        if progress.isComplete {
            var session = sessions.session
            session?.advance(to: checkpoint)
            sessions.keep(session)
        } else if let welcome {
            if let resumed = sent.resumed {
                var session = resumed.session
                session.advance(welcome, to: checkpoint)
                sessions.keep(session)
            } else {
                sessions.keep(
                    ExchangeSession(
                        tenant: sent.tenant, hello: sent.hello, welcome: welcome,
                        checkpoint: checkpoint))
            }
            progress.completed()
            watcher.progressed(progress)
        }
        watcher.caughtUp(sent.hello.mode)
    }

    /// A slip of the hub's encoder, or bytes that were changed on the way.
    private static func problem(_ error: WireError) -> Problem {
        let problem = error.problem
        if problem.code == .protocolUnsupported { return problem }
        return Problem(.responseInvalid, problem.detail)
    }
}
