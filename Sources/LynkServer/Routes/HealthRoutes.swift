import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine

/// `GET /health`: whether the hub answers. `GET /health/deep`, for the operator's token: whether
/// its stores do, and what is not durable.
struct HealthRoutes: Sendable {
    let hub: Hub

    private struct Health: Encodable { let status: String }

    private struct DeepHealth: Encodable {
        struct Tenant: Encodable {
            let tenant: String
            /// The last completed backup; absent when there is none.
            let backedUpMilliseconds, durablePosition: JSONInteger?
            /// How far it has forgotten, and what it waits for; absent for one without a file.
            let floor: FloorDocument?
        }

        /// `ok`, or `attention` with warnings.
        let status: String
        let warnings: [String]
        let tenants: [Tenant]
        let liveStreams, waitingPushes: Int
    }

    func add(to router: Router<HubRequestContext>) {
        router.get("/health") { _, _ in Response.json(Health(status: "ok")) }
        router.get("/health/deep") { request, _ in
            try hub.operatorKey.check(request)
            let (tenants, backups, floors) = try await hub.pool.run { [hub] in
                let now = hub.clock.nowMilliseconds()
                let floors = try hub.floor.stores().map { store in
                    (
                        store.tenant,
                        try hub.floor.report(store, counting: false, nowMilliseconds: now)
                    )
                }
                return (try hub.control.tenants(), try hub.control.backups(), floors)
            }
            return Response.json(
                Self.health(
                    tenants, backups, Dictionary(floors, uniquingKeysWith: { $1 }), hub))
        }
    }

    private static func health(
        _ tenants: [TenantRecord], _ backups: [BackupRecord],
        _ floors: [TenantID: FloorReport], _ hub: Hub
    ) -> DeepHealth {
        let made = Dictionary(
            backups.map { ($0.backup.tenant, $0) }, uniquingKeysWith: { first, _ in first })
        let without = tenants.count { made[$0.id] == nil }
        var warnings: [String] = []
        if without > 0 {
            warnings.append(
                "no backup of \(without) of \(tenants.count) tenants has completed: nothing of "
                    + "them is durable, and devices keep what they sent; run lynkd backup"
            )
        }
        let behind = floors.values.count { $0.wait == .newerBackup }
        if behind > 0 {
            warnings.append(
                "the floor of \(behind) of \(tenants.count) tenants waits for a newer backup: "
                    + "what is old enough to be forgotten is kept; run lynkd backup")
        }
        return DeepHealth(
            status: warnings.isEmpty ? "ok" : "attention", warnings: warnings,
            tenants: tenants.map { tenant in
                let record = made[tenant.id]
                return DeepHealth.Tenant(
                    tenant: tenant.id.description,
                    backedUpMilliseconds: record.map { JSONInteger($0.completedMilliseconds) },
                    durablePosition: record.map { JSONInteger($0.backup.position) },
                    floor: floors[tenant.id].map { FloorDocument(tenant.id, $0) })
            },
            liveStreams: hub.live.count, waitingPushes: hub.commits.waitingCount)
    }
}
