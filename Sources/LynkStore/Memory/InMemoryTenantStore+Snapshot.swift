public import LynkCore
public import LynkEngine

extension InMemoryTenantStore: SnapshotSource {
    public func standing(
        of scope: Scope, for principal: Principal, held: HeldSnapshot?, nowMilliseconds: Int64
    ) throws -> SnapshotStanding? {
        try replica.standing(
            of: scope, for: principal, held: held, nowMilliseconds: nowMilliseconds)
    }

    public func openSnapshot(of scope: Scope) throws -> SnapshotScan {
        try replica.openSnapshot(of: scope)
    }

    public func next(_ scan: inout SnapshotScan) throws -> SnapshotStep {
        try replica.next(&scan)
    }
}
