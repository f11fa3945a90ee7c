import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine

/// `POST /v1/operator/backup`: copies everything, or one tenant, into a new directory on the hub's
/// machine while the hub serves, and marks what was copied as durable (Protocol/13-operation.md).
struct BackupRoute: Sendable {
    let hub: Hub
    let gate = BackupGate()

    private struct Order: Decodable {
        /// An absolute path.
        let out: String
        let tenant: JSONIdentifier<TenantTag>?
    }

    private struct Made: Encodable {
        let out: String
        let tenants: [BackupManifest.Tenant]
    }

    func add(to group: RouterGroup<HubRequestContext>) {
        group.post("backup") { request, _ in
            let order = try await request.json(Order.self)
            guard order.out.hasPrefix("/") else {
                throw Problem(.parameterInvalid, "out must be an absolute path on the hub")
            }
            let now = hub.wall.nowMilliseconds()
            let backup = HubBackup(control: hub.control, tenants: hub.tenants)
            let made = try await gate.run {
                try await hub.pool.run {
                    try backup.make(
                        in: order.out, only: order.tenant?.value, nowMilliseconds: now)
                }
            }
            for backup in made { hub.live.committed(backup.tenant) }
            return Response.json(
                Made(out: order.out, tenants: made.map(BackupManifest.Tenant.init)),
                status: .created)
        }
    }
}

/// One backup at a time: two would only take each other's disk.
actor BackupGate {
    private var isBusy = false

    func run<Value: Sendable>(_ body: @Sendable () async throws -> Value) async throws -> Value {
        guard !isBusy else { throw Problem(.overloaded, "a backup is being made") }
        isBusy = true
        defer { isBusy = false }
        return try await body()
    }
}
