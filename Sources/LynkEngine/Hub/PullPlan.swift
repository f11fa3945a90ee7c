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
        let delivery: (position: Int64, update: ScopeUpdate)?
    }

    func open(_ reads: some HubReads, application: any Application) throws -> Opened {
        let born = Dictionary(
            try reads.scopes().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        let scopes: Set<Scope> =
            switch try application.scopeSet(of: principal, now: now, in: reads) {
            case .all: Set(born.keys)
            case .only(let names): names
            }
        guard scopes.count <= Limits.scopesPerDeviceMax else {
            throw Problem(.internalFailure, "a device with \(scopes.count) scopes")
        }
        let update = ScopeUpdate(scopes: scopes)
        let head = try reads.head()
        let isCurrent = update.hash == hello.cursor.scopeSetHash
        let known = try reads.scopeSet(of: principal.device, hash: hello.cursor.scopeSetHash)
        // A cursor that this hub did not give, or gave and lost, starts over: rows are idempotent.
        let isOurs = try position(of: hello.cursor.vector, reads) == hello.cursor.position
        let cursor = known != nil && isOurs ? hello.cursor.position : 0
        let had = known ?? []
        var parts: [PullState.Part] = []
        for (name, scope) in born where scopes.contains(name) {
            parts.append(.init(scope: scope.handle, from: had.contains(name) ? cursor : 0))
        }
        parts.sort { $0.scope < $1.scope }
        let welcome = Welcome(
            hub: try hub(reads), eras: try eras(unknownTo: hello.cursor.vector, reads),
            head: try answer?.head ?? reads.lane(hello.lane)?.head, hubTime: now,
            digestKey: try reads.meta(.digestKey) ?? [],
            scopes: isCurrent && cursor > 0 ? nil : update,
            refusal: answer?.refusal)
        let state = PullState(
            lane: hello.lane, scopeSetHash: update.hash, parts: parts,
            unborn: scopes.subtracting(born.keys), last: .end(of: parts.first?.from ?? 0),
            target: head)
        let newest = try reads.scopeSet(of: principal.device, at: .max)
        return Opened(
            welcome: welcome, state: state,
            delivery: newest?.hash == update.hash ? nil : (head, update))
    }

    private func hub(_ reads: some HubReads) throws -> HubID {
        guard let bytes = try reads.meta(.hub), let hub = HubID(bytes: bytes) else {
            throw Problem(.storeFailed, "the hub's id is damaged")
        }
        return hub
    }

    /// The position that a device's vector stands for here; `nil` for one that this hub never
    /// gave, or gave and lost when it was restored: positions are given again then, dots are not.
    private func position(of vector: VersionVector, _ reads: some HubReads) throws -> Int64? {
        if vector.isZero { return 0 }
        guard let dot = vector.sorted.first, vector.entries.count == 1,
            let era = try reads.era(dot.era)
        else { return nil }
        let position = era.base &+ Int64(bitPattern: dot.number)
        return try reads.log(at: position)?.dot == dot ? position : nil
    }

    /// Era records, parents first, from the first that the vector does not contain whole.
    private func eras(
        unknownTo vector: VersionVector, _ reads: some HubReads
    ) throws -> [EraRecord] {
        var records: [EraRecord] = []
        for era in try reads.eras() {
            // A device that lists this era has been sent everything up to it.
            if vector[era.record.era] > 0 { records = [] } else { records.append(era.record) }
        }
        return records
    }
}
