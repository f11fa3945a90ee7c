public import LynkCore
public import LynkEngine

/// Forgets at all tenants of a hub what is old, durable and kept for causality alone
/// (Protocol/07-integrity.md).
public struct HubFloor: Sendable {
    private let control: any ControlStore
    private let tenants: any TenantDirectory
    let ageMilliseconds: Int64

    public init(
        control: any ControlStore, tenants: any TenantDirectory,
        ageMilliseconds: Int64 = FloorReport.usualAgeMilliseconds
    ) {
        self.control = control
        self.tenants = tenants
        self.ageMilliseconds = ageMilliseconds
    }

    /// The stores of all tenants, or of one.
    ///
    /// - Throws: ``Problem`` `not_found` for a tenant that is not there, `store_failed`.
    public func stores(only: TenantID? = nil) throws -> [any TenantStore] {
        let ids = try control.tenants().map(\.id).filter { only == nil || $0 == only }
        if let only, ids.isEmpty { throw Problem(.notFound, "tenant \(only)") }
        // A crash while a tenant was made leaves its record without a file.
        return try ids.sorted().compactMap { try tenants.tenant($0) }
    }

    /// One durable step at one tenant; commits may come before the next.
    public func step(_ store: any TenantStore, nowMilliseconds: Int64) throws -> FloorStep {
        try store.advanceFloor(
            nowMilliseconds: nowMilliseconds, ageMilliseconds: ageMilliseconds,
            work: FloorStep.usualWork)
    }

    /// How far the floor of one tenant is and may go, and what it waits for.
    public func report(
        _ store: any TenantStore, counting: Bool, nowMilliseconds: Int64
    ) throws -> FloorReport {
        try store.floorReport(
            nowMilliseconds: nowMilliseconds, ageMilliseconds: ageMilliseconds,
            counting: counting)
    }
}
