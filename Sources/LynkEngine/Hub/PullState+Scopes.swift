import LynkCore

extension PullState {
    /// Whether the device's scope set is at the head still the one that the pull was opened with.
    ///
    /// - Parameter application: `nil` for a snapshot, which is of one scope whatever comes.
    func hasSameScopes(
        at head: Int64, _ reads: some HubReads, _ application: (any Application)?
    ) throws -> Bool {
        guard let opening, let application, head > opening.head else { return true }
        var scopes = try VisibleScopes(
            of: opening.principal, now: opening.now, reads, application
        ).names
        if let narrowed = opening.narrowed { scopes.formIntersection(narrowed) }
        return ScopeUpdate(scopes: scopes).hash == scopeSetHash
    }
}
