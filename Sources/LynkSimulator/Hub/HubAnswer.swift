import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// The answer of one exchange as the server makes it, step by step: welcome, receipts, pages,
/// checkpoint, or one brief frame in a session.
struct HubAnswer {
    let principal: Principal
    let request: SyncRequest
    /// The hub's opening that this answer belongs to.
    let opening: Int
    /// Scopes of the pull: nothing else may be in its bytes.
    let scopes: Set<Scope>
    let isOffice: Bool
    /// When the pull was opened, by the hub.
    let now: HybridTimestamp
    private let welcome: Welcome
    private let receipts: [Receipt]
    private let proof: [UInt8]
    private var scan: PullScan
    private var hasWelcomed = false
    private(set) var pages = 0
    private(set) var checkpoint: Checkpoint?

    /// The scopes changed meanwhile: the answer ends without a checkpoint.
    private(set) var isBrokenOff = false

    var isFinished: Bool { checkpoint != nil || isBrokenOff }
    var verdict: HandshakeVerdict { welcome.verdict }
    var refusal: Problem? { welcome.refusal }
    var wantsEras: Bool { welcome.wantsEras }
    var isResumed: Bool { welcome.resumed }
    var given: [Receipt] { receipts }

    init(
        _ hub: SimulatedHub, _ principal: Principal, _ request: SyncRequest, _ answer: PushAnswer?
    ) throws {
        self.principal = principal
        self.request = request
        opening = hub.opening
        var reader = principal
        if hub.slip == .widenedScopes {
            reader = Principal(
                tenant: principal.tenant, device: principal.device, user: principal.user,
                role: hub.workload.officeRole)
        }
        let now = hub.now
        scan = try hub.store.openPull(
            for: reader, hello: request.hello, answer: answer, nowMilliseconds: now)
        let application = hub.application
        let set = try hub.store.inspect {
            try application.scopeSet(
                of: principal, now: HybridTimestamp(milliseconds: now), in: $0)
        }
        isOffice = set == .all
        self.now = HybridTimestamp(milliseconds: now)
        if case .only(let names) = set { scopes = names } else { scopes = [] }
        welcome =
            request.session == nil && scan.welcome.refusal == nil
            ? scan.welcome.opening(hub.freshSession()) : scan.welcome
        var given = answer?.receipts ?? []
        if hub.slip == .droppedReceipt { given = [] }
        if hub.slip == .changedReceipt { given = given.map(\.spoiled) }
        receipts = given
        proof = given.isEmpty ? [] : answer?.proof ?? []
    }

    /// The next frames as bytes.
    mutating func next(_ hub: SimulatedHub) throws -> [UInt8] {
        let step: PullStep
        do {
            step = try hub.store.next(&scan)
        } catch let problem as Problem where problem.code == .scopesChanged {
            isBrokenOff = true
            return (hasWelcomed ? [] : head()) + ResponseFrame.problem(problem).encoded()
        }
        guard hasWelcomed else {
            hasWelcomed = true
            if case .checkpoint(let checkpoint) = step,
                let brief = request.resumed?.brief(welcome, receipts, checkpoint)
            {
                finish(checkpoint, hub)
                return (proof.isEmpty ? [] : ResponseFrame.proof(proof).encoded()) + brief
            }
            return head() + frame(step, hub)
        }
        return frame(step, hub)
    }

    private func head() -> [UInt8] {
        var bytes = ResponseFrame.welcome(welcome).encoded()
        if !receipts.isEmpty { bytes += ResponseFrame.receipts(receipts).encoded() }
        if !proof.isEmpty { bytes += ResponseFrame.proof(proof).encoded() }
        return bytes
    }

    private mutating func frame(_ step: PullStep, _ hub: SimulatedHub) -> [UInt8] {
        switch step {
        case .page(let payload):
            pages += 1
            if hub.slip == .skippedPage { return [] }
            if hub.slip == .stalePage, let stale = hub.stalePage(instead: payload) {
                return ResponseFrame.page(stale).encoded()
            }
            return ResponseFrame.page(payload).encoded()
        case .conflicts(let conflicts): return ResponseFrame.conflicts(conflicts).encoded()
        case .checkpoint(var checkpoint):
            if hub.slip == .inflatedContext { checkpoint = checkpoint.claiming(4) }
            if hub.slip == .deflatedContext { checkpoint = checkpoint.claiming(-1) }
            finish(checkpoint, hub)
            return ResponseFrame.checkpoint(checkpoint).encoded()
        }
    }

    private mutating func finish(_ checkpoint: Checkpoint, _ hub: SimulatedHub) {
        self.checkpoint = checkpoint
        if var session = request.session {
            session.advance(welcome, to: checkpoint)
            hub.keep(session)
        } else if let session = ExchangeSession(
            tenant: principal.tenant, hello: request.hello,
            welcome: welcome.kept(as: welcome.session), checkpoint: checkpoint)
        {
            hub.keep(session)
        }
    }
}

extension Welcome {
    /// The same in a session of this name.
    fileprivate func opening(_ session: [UInt8]) -> Welcome {
        Welcome(
            protocolVersion: protocolVersion, hub: hub, eras: eras, head: head, hubTime: hubTime,
            digestKey: digestKey, scopes: scopes, refusal: refusal, verdict: verdict,
            session: session, ratchet: ratchet, durable: durable, floor: floor,
            wantsEras: wantsEras, resumed: resumed, rowsExpected: rowsExpected, hubKey: hubKey)
    }

    /// What a hub keeps of it for a session.
    fileprivate func kept(as session: [UInt8]) -> Welcome {
        Welcome(
            protocolVersion: protocolVersion, hub: hub, eras: [], head: nil, hubTime: hubTime,
            digestKey: digestKey, scopes: nil, refusal: nil, session: session, ratchet: ratchet,
            floor: floor)
    }
}

extension Receipt {
    /// A repeat that says something else than the first time.
    fileprivate var spoiled: Receipt {
        guard isRepeat else { return self }
        return Receipt(
            oid: oid, disposition: disposition == .rejected ? .accepted : .rejected, dot: dot,
            effective: effective, conflicts: conflicts,
            problem: Problem(.notAuthorized), isRepeat: true)
    }
}

extension Checkpoint {
    /// The slip of a cut that claims other commits than it has.
    fileprivate func claiming(_ more: Int64) -> Checkpoint {
        let entries = vector.entries.mapValues { UInt64(max(1, Int64($0) + more)) }
        return Checkpoint(
            position: position, vector: VersionVector(entries), head: head,
            scopeSetHash: scopeSetHash, digestRoot: digestRoot, chain: chain, durable: durable)
    }
}
