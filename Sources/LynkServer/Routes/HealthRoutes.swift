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
            let (tenants, backups) = try await hub.pool.run { [hub] in
                (try hub.control.tenants(), try hub.control.backups())
            }
            return Response.json(Self.health(tenants, backups, hub))
        }
    }

    private static func health(
        _ tenants: [TenantRecord], _ backups: [BackupRecord], _ hub: Hub
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
        return DeepHealth(
            status: warnings.isEmpty ? "ok" : "attention", warnings: warnings,
            tenants: tenants.map { tenant in
                let record = made[tenant.id]
                return DeepHealth.Tenant(
                    tenant: tenant.id.description,
                    backedUpMilliseconds: record.map { JSONInteger($0.completedMilliseconds) },
                    durablePosition: record.map { JSONInteger($0.backup.position) })
            },
            liveStreams: hub.live.count, waitingPushes: hub.commits.waitingCount)
    }
}
