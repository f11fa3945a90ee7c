import LynkCore
import LynkEngine
import LynkWire

/// The answer of one exchange, frame by frame: welcome, receipts, pages, checkpoint; and in live
/// mode what follows it.
///
/// A value that moves between threads; each step is one short read of the store.
struct ExchangeStream: Sendable {
    private let store: any TenantStore
    private let principal: Principal
    private let request: SyncRequest
    /// The device's session, from this answer's first checkpoint on.
    private var session: ExchangeSession?
    private let welcome: Welcome
    private var receipts: [Receipt]
    /// The hub's signature over the receipts; empty without one.
    private let proof: [UInt8]
    private var scan: PullScan
    /// Why receipts are all that the device gets.
    private let refusal: Problem?
    private var hasWelcomed = false
    /// Whether something but the checkpoint was sent since the last one.
    private var hasSent = false
    /// Where the hub's scan stands; the device may not have been told, when nothing concerned it.
    private var reached: Checkpoint?
    private var sent: Checkpoint?
    /// Whether the checkpoint was given, or the answer ends without.
    private(set) var isFinished = false
    /// The device's scopes changed meanwhile: it comes back for its checkpoint.
    private var isBrokenOff = false

    /// Opens the pull. Blocks on the store.
    ///
    /// - Parameters:
    ///   - session: a name for the session that a full hello opens.
    ///   - served: whom pages are for.
    init(
        of store: any TenantStore, for principal: Principal, request: SyncRequest,
        answer: PushAnswer?, session: [UInt8], served: ServedVersions = ServedVersions(),
        nowMilliseconds: Int64
    ) throws {
        self.store = store
        self.principal = principal
        self.request = request
        self.session = request.session
        scan = try store.openPull(
            for: principal, hello: request.hello, answer: answer, nowMilliseconds: nowMilliseconds)
        refusal = served.refusal(of: request.hello)
        welcome =
            request.session == nil && scan.welcome.refusal == nil && scan.welcome.snapshots.isEmpty
                && refusal == nil
            ? scan.welcome.opening(session) : scan.welcome
        receipts = answer?.receipts ?? []
        proof = answer?.proof ?? []
    }

    var wantsLive: Bool { request.hello.mode == .live }
    /// The device is to fetch snapshots and come back: the answer has no pages and no checkpoint.
    var hasOffers: Bool { !welcome.snapshots.isEmpty }

    /// Whether a live answer has more to give after this.
    var mayGoOn: Bool { !hasOffers && !isBrokenOff }

    /// The session's state after the last checkpoint that was sent.
    var sessionToKeep: ExchangeSession? { refusal == nil && mayGoOn ? session : nil }

    /// The next frames as bytes. Blocks on the store; not to be called when finished.
    mutating func next() throws -> [UInt8] {
        if let refusal {
            isFinished = true
            return opening() + ResponseFrame.problem(refusal).encoded()
        }
        if hasOffers {
            isFinished = true
            return opening()
        }
        let step: PullStep
        do {
            step = try store.next(&scan)
        } catch let problem as Problem where problem.code == .scopesChanged {
            isFinished = true
            isBrokenOff = true
            return (hasWelcomed ? [] : opening()) + ResponseFrame.problem(problem).encoded()
        }
        guard hasWelcomed else {
            hasWelcomed = true
            defer { receipts = [] }
            if case .checkpoint(let checkpoint) = step,
                let brief = request.resumed?.brief(welcome, receipts, checkpoint)
            {
                finish(checkpoint)
                // A brief answer has no place for it, so it goes ahead.
                return (proof.isEmpty ? [] : ResponseFrame.proof(proof).encoded()) + brief
            }
            return opening() + frame(step)
        }
        return frame(step)
    }

    /// What comes before everything else.
    private func opening() -> [UInt8] {
        var bytes = ResponseFrame.welcome(welcome).encoded()
        if !receipts.isEmpty { bytes += ResponseFrame.receipts(receipts).encoded() }
        if !proof.isEmpty { bytes += ResponseFrame.proof(proof).encoded() }
        return bytes
    }

    /// Frames until `count` bytes are passed or the checkpoint was given.
    mutating func next(bytes count: Int) throws -> [UInt8] {
        var bytes: [UInt8] = []
        while !isFinished, bytes.count < count { bytes += try next() }
        return bytes
    }

    private mutating func frame(_ step: PullStep) -> [UInt8] {
        switch step {
        case .page(let payload):
            hasSent = true
            return ResponseFrame.page(payload).encoded()
        case .conflicts(let conflicts):
            hasSent = true
            return ResponseFrame.conflicts(conflicts).encoded()
        case .checkpoint(let checkpoint):
            if let sent, !hasSent, checkpoint.says(nothingNewAfter: sent) {
                reached = checkpoint
                isFinished = true
                return []
            }
            finish(checkpoint)
            return ResponseFrame.checkpoint(checkpoint).encoded()
        }
    }

    private mutating func finish(_ checkpoint: Checkpoint) {
        let welcome = welcome
        reached = checkpoint
        isFinished = true
        hasSent = false
        if sent != nil {
            var session = session
            session?.advance(to: checkpoint)
            self.session = session
        } else if request.session != nil {
            var session = session
            session?.advance(welcome, to: checkpoint)
            self.session = session
        } else {
            session = ExchangeSession(
                tenant: principal.tenant, hello: request.hello,
                welcome: welcome.kept(as: welcome.session), checkpoint: checkpoint)
        }
        sent = checkpoint
    }
}

// MARK: Live

extension ExchangeStream {
    /// Goes on after the checkpoint with what was committed since.
    ///
    /// - Returns: `false` when the device is to come back with a new hello: its scopes are others,
    ///   or the hub does not know its checkpoint any more.
    mutating func goOn(nowMilliseconds: Int64) throws -> Bool {
        guard let reached else { return false }
        let further = try store.openPull(
            for: principal, hello: request.hello.continued(from: reached), answer: nil,
            nowMilliseconds: nowMilliseconds)
        let isSameSet = further.welcome.scopes.map { $0.hash == reached.scopeSetHash } ?? true
        guard isSameSet, further.welcome.verdict == .ok, further.welcome.refusal == nil else {
            return false
        }
        scan = further
        isFinished = false
        return true
    }

    /// Bytes that show that the line lives: the checkpoint that was kept back because it said
    /// nothing about the device's rows, or a frame that readers pass over.
    mutating func beat() -> [UInt8] {
        guard let reached, let sent, reached.position != sent.position else {
            return Frame(.padding, []).encoded()
        }
        finish(reached)
        return ResponseFrame.checkpoint(reached).encoded()
    }
}

extension Checkpoint {
    /// Whether a device that has `other` learns nothing about its rows from this one.
    fileprivate func says(nothingNewAfter other: Checkpoint) -> Bool {
        digestRoot == other.digestRoot && scopeSetHash == other.scopeSetHash && head == other.head
            && (durable == nil || durable == other.durable)
    }
}

extension Hello {
    /// The hello of a device that has just applied the checkpoint and offers nothing.
    fileprivate func continued(from checkpoint: Checkpoint) -> Hello {
        Hello(
            protocolVersion: protocolVersion, device: device, lane: lane, schemaName: schemaName,
            schemaVersion: schemaVersion, head: checkpoint.head,
            cursor: PullCursor(
                position: checkpoint.position, vector: checkpoint.vector,
                scopeSetHash: checkpoint.scopeSetHash),
            clock: clock, digestRoot: checkpoint.digestRoot, ratchet: ratchet,
            chain: checkpoint.chain, narrowed: narrowed, mode: mode)
    }
}

extension FrameType {
    /// Says nothing; readers pass over it (X1).
    static let padding = FrameType(rawValue: 0x80)
}
