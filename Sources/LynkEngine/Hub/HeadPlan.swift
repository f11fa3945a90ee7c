import LynkCore

/// Decides whether an exchange would bring a device anything, from one snapshot.
///
/// Judged by the device's scopes and not by the tenant's position alone: in a busy tenant somebody
/// commits between any two polls of a device, and hardly ever to what it may see.
struct HeadPlan {
    let principal: Principal
    /// What devices say that they have; the first that nothing was added to counts.
    let held: [HeadTag]
    let now: HybridTimestamp

    /// - Returns: one of `held` when nothing that concerns the device came after it, else the tag
    ///   of the hub's head.
    func answer(_ reads: some HubReads, application: any Application) throws -> HeadTag {
        let visible = try VisibleScopes(of: principal, now: now, reads, application)
        let head = try reads.head()
        let current = HeadTag(
            position: head, chain: try chain(at: head, reads),
            scopeSetHash: ScopeUpdate(scopes: visible.names).hash, durable: try reads.durable())
        for tag in held {
            guard tag.scopeSetHash == current.scopeSetHash, tag.durable == current.durable,
                tag.position <= head, try chain(at: tag.position, reads) == tag.chain
            else { continue }
            if visible.born.allSatisfy({ $0.head <= tag.position }) { return tag }
        }
        return current
    }

    private func chain(at position: Int64, _ reads: some HubReads) throws -> [UInt8] {
        let chain = try reads.log(at: position)?.chain ?? CommitChain.start
        return Array(chain.prefix(CommitChain.shortBytes))
    }
}

/// The scopes that a principal may see at one moment.
struct VisibleScopes {
    let names: Set<Scope>
    /// Those of them that have had rows, by their handles.
    let born: [HubScope]

    init(
        of principal: Principal, now: HybridTimestamp, _ reads: some HubReads,
        _ application: any Application
    ) throws {
        let all = try reads.scopes()
        switch try application.scopeSet(of: principal, now: now, in: reads) {
        case .all:
            names = Set(all.map(\.name))
            born = all
        case .only(let names):
            self.names = names
            born = all.filter { names.contains($0.name) }
        }
    }
}
