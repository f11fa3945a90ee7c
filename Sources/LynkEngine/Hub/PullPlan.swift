import LynkCore

/// How far a pull has come. Rows move to later positions when they change, so passing over each
/// scope up to the head, and then again from there, ends with every row at its newest state.
struct PullState: Sendable {
    struct Part: Sendable {
        let scope: UInt32
        /// What the device has of this scope; 0 for one that it enters.
        let from: Int64
    }

    let lane: LaneID
    let scopeSetHash: [UInt8]
    /// In scan order; scopes without rows are not here yet.
    var parts: [Part]
    /// Names of the set that have no handle yet.
    var unborn: Set<Scope>
    /// Index of the part being scanned.
    var part = 0
    /// How far in the part: the last entry that was read. A commit may have more rows than a page,
    /// so a page may end inside one.
    var last: ChangeEntry
    /// The head that this round goes to.
    var target: Int64
    /// Where the round before ended; 0 in the first, which starts at each part's own `from`.
    var floor: Int64 = 0
    /// Conflicts come after the rows that they are about.
    var conflicts = ConflictCursor()
    /// The device's cursor, as far as it counts here.
    var cursor: Int64 = 0
    /// Whose pull this is; `nil` for a snapshot, which is nobody's.
    var opening: Opening?
    /// The newest scope of the tenant, of the device's set or not, when the target was set.
    var newestScope: UInt32 = 0
    /// A page went out: the next one goes with a mark, also when it is the last.
    var hasPages = false
    /// Whether pages say where the pull stood after them; a snapshot's are nobody's pull, and the
    /// same rows are to give the same bytes.
    var hasMarks = true

    /// The device had a checkpoint, but what it had of its scopes is not known here any more: it
    /// may have rows that were deleted since, also of scopes that begin at zero.
    var mayHaveRows = false

    /// What the scope set was computed from, to compute it again.
    struct Opening: Sendable {
        let principal: Principal
        let now: HybridTimestamp
        let narrowed: Set<Scope>?
        /// The head then: without a commit since, the set is the same.
        let head: Int64
    }

    struct ConflictCursor: Sendable {
        /// Conflicts up to here were sent.
        var done: Int64 = 0
        /// Where the round being sent goes to; `nil` between two rounds.
        var target: Int64?
        var part = 0
        var last: (position: Int64, number: Int64) = (0, 0)
    }
}

/// Decides what a pull goes over, from the hello and the tenant's rows.
struct PullPlan {
    let principal: Principal
    let hello: Hello
    let answer: PushAnswer?
    let now: HybridTimestamp

    struct Opened {
        let welcome: Welcome
        let state: PullState
        /// The scope set to remember from this position on.
        let delivery: DeliveredScopes?
    }

    func open(_ reads: some HubReads, application: any Application) throws -> Opened {
        let born = Dictionary(
            try reads.scopes().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let scopes = try scopes(at: now, of: born, reads, application)
        guard scopes.count <= Limits.scopesPerDeviceMax else {
            throw Problem(.internalFailure, "a device with \(scopes.count) scopes")
        }
        let update = ScopeUpdate(scopes: scopes)
        let head = try reads.head()
        let isCurrent = update.hash == hello.cursor.scopeSetHash
        let known = try reads.scopeSet(of: principal.device, hash: hello.cursor.scopeSetHash)
        let check = try handshake(reads)
        // A cursor that this hub did not give, or gave and lost, starts over: rows are idempotent.
        let isOurs = check.cursor == .known && !check.chainDiffers
        let cursor = known != nil && isOurs ? hello.cursor.position : 0
        let had = Set(known?.scopes ?? [])
        let held = try heldSnapshots(in: scopes, without: had, reads)
        var parts: [PullState.Part] = []
        for (name, scope) in born where scopes.contains(name) {
            let from = had.contains(name) ? cursor : held?[name] ?? 0
            parts.append(.init(scope: scope.handle, from: from))
        }
        parts.sort { $0.scope < $1.scope }
        var state = PullState(
            lane: hello.lane, scopeSetHash: update.hash, parts: parts,
            unborn: scopes.subtracting(born.keys), last: .end(of: parts.first?.from ?? 0),
            target: head)
        state.cursor = cursor
        state.mayHaveRows = cursor == 0 && hello.cursor.position > 0
        state.opening = .init(
            principal: principal, now: now, narrowed: hello.narrowed.map { Set($0) }, head: head)
        state.newestScope = born.values.map(\.handle).max() ?? 0
        // A mark is of a pull that went on from the same snapshots.
        let isSamePull = hello.snapshots.isEmpty || held != nil
        let resumed = try isSamePull && state.resume(at: hello.resume, in: scopes, born, reads)
        // After a rollback the device has rows to give back first.
        let offers =
            resumed || check.verdict != .ok ? [] : try offers(of: born, parts, reads)
        let welcome = Welcome(
            hub: try hub(reads), eras: try eras(unknownTo: hello.cursor.vector, reads),
            head: try answer?.head ?? reads.lane(hello.lane)?.head, hubTime: now,
            digestKey: try reads.meta(.digestKey) ?? [],
            scopes: isCurrent && cursor > 0 ? nil : update,
            refusal: answer?.refusal, verdict: check.verdict, ratchet: answer?.ratchet ?? [],
            durable: try reads.durable(), floor: try reads.floor(),
            wantsEras: try answer?.wantsEras ?? false || namesUnknownEra(reads),
            resumed: resumed, rowsExpected: try rowsExpected(state, reads),
            hubKey: try hubKey(reads), snapshots: offers, snapshotsTaken: held != nil)
        let newest = try reads.scopeSet(of: principal.device, at: .max)
        // A set that only partly covered its position covers the next one whole.
        let isKept =
            newest?.hash == update.hash
            && (newest?.position == head || newest?.covered == newest?.scopes)
        var delivery: DeliveredScopes?
        if !isKept {
            let then = try reads.received(at: head) ?? now
            delivery = Self.delivery(
                of: update, at: head, after: newest,
                had: hello.cursor.position == head ? known : nil,
                before: try self.scopes(at: then, of: born, reads, application))
        }
        return Opened(welcome: welcome, state: state, delivery: delivery)
    }

    /// The device's scopes at a time, after all that is committed.
    private func scopes(
        at time: HybridTimestamp, of born: [Scope: HubScope], _ reads: some HubReads,
        _ application: any Application
    ) throws -> Set<Scope> {
        let scopes =
            switch try application.scopeSet(of: principal, now: time, in: reads) {
            case .all: Set(born.keys)
            case .only(let names): names
            }
        return hello.narrowed.map { scopes.intersection($0) } ?? scopes
    }

    /// The device is about to have these scopes. One position may see several sets, when they
    /// change with time alone; a context at it covers only what all of them had. A set that is
    /// given again at a later position is not kept again, so that the one of when the position was
    /// new counts among them.
    private static func delivery(
        of update: ScopeUpdate, at head: Int64, after newest: DeliveredScopes?,
        had: DeliveredScopes?, before: Set<Scope>
    ) -> DeliveredScopes {
        var covered = update.scopes.filter { before.contains($0) }
        if let had { covered = covered.filter { had.scopes.contains($0) } }
        if let newest, newest.position == head {
            covered = covered.filter { newest.covered.contains($0) }
        }
        return DeliveredScopes(
            position: head, hash: update.hash, scopes: update.scopes, covered: covered)
    }

    private func hub(_ reads: some HubReads) throws -> HubID {
        guard let bytes = try reads.meta(.hub), let hub = HubID(bytes: bytes) else {
            throw Problem(.storeFailed, "the hub's id is damaged")
        }
        return hub
    }

    private func handshake(_ reads: some HubReads) throws -> HandshakeCheck {
        var check = HandshakeCheck(cursor: .start)
        check.refusal = answer?.refusal?.code
        for head in hello.keptHeads where try reads.position(of: head.oid) == nil {
            check.lacksKeptHead = true
        }
        if hello.cursor.vector.isZero { return check }
        guard let commit = try commit(of: hello.cursor.vector, reads) else {
            check.cursor = .lost
            return check
        }
        // A position that is not this commit's was never given with it. From a later one the pull
        // would pass over rows that the device lacks, so such a cursor counts as none.
        guard commit.position == hello.cursor.position else { return check }
        check.cursor = .known
        let chain = commit.chain.prefix(hello.chain.count)
        check.chainDiffers = !hello.chain.elementsEqual(chain)
        return check
    }

    /// The commit that a device's vector stands for here; `nil` for one that this hub never gave,
    /// or gave and lost when it was restored: positions are given again then, dots are not.
    private func commit(of vector: VersionVector, _ reads: some HubReads) throws -> LogRecord? {
        guard let dot = vector.sorted.first, vector.entries.count == 1,
            let base = try reads.era(dot.era)?.base,
            let log = try reads.log(at: base &+ Int64(bitPattern: dot.number)), log.dot == dot
        else { return nil }
        return log
    }

    /// Asked for at once, so that the next push, whose contexts name it, is taken.
    private func namesUnknownEra(_ reads: some HubReads) throws -> Bool {
        try hello.cursor.vector.entries.keys.contains { era in
            try reads.era(era) == nil && !hello.eras.contains { $0.era == era }
        }
    }

    /// At most what the pull will bring; a row of two scopes counts twice.
    private func rowsExpected(_ state: PullState, _ reads: some HubReads) throws -> Int64 {
        try state.parts.reduce(0) { sum, part in
            let rows =
                part.from == 0 && !state.mayHaveRows
                ? try reads.digest(ofScope: part.scope).count
                : try reads.changeCount(in: part.scope, after: part.from)
            return sum + rows
        }
    }

    private func hubKey(_ reads: some HubReads) throws -> [UInt8] {
        try reads.meta(.signingKey).flatMap { DeviceKey(bytes: $0) }?.publicKey.bytes ?? []
    }

    /// Era records, parents first, from the first that the vector does not contain whole.
    private func eras(
        unknownTo vector: VersionVector, _ reads: some HubReads
    ) throws -> [EraRecord] {
        var records: [EraRecord] = []
        for era in try reads.eras() where era.base != nil {
            // A device that lists this era has been sent everything up to it.
            if vector[era.record.era] > 0 { records = [] } else { records.append(era.record) }
        }
        return records
    }
}
