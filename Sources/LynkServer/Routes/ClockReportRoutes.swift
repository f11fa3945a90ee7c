import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine

/// The clocks of a tenant, and how one of its rows became what it is (Protocol/13-operation.md).
///
/// For the office `GET /v1/operator/tenants/{tenant}/clock` and `…/rows/{table}/{key}/history`;
/// the same below `/v1/tenants/{tenant}` for a device, which is told of its own lanes and of rows
/// within its scopes. Reads only.
struct ClockReportRoutes: Sendable {
    let hub: Hub

    func add(to router: Router<HubRequestContext>, operators: RouterGroup<HubRequestContext>) {
        router.get("/v1/tenants/:tenant/clock") { request, context in
            let (principal, store) = try await reader(request, context)
            let now = hub.clock.nowMilliseconds()
            return try await hub.pool.run {
                Response.json(
                    ClockDocument(
                        try store.clockReport(for: principal, nowMilliseconds: now)))
            }
        }
        operators.get("tenants/:tenant/clock") { _, context in
            let store = try await hub.store(context.parameters.get("tenant"))
            return try await hub.pool.run {
                Response.json(ClockDocument(try store.clockReport()))
            }
        }
        router.get("/v1/tenants/:tenant/rows/:table/:key/history") { request, context in
            let (principal, store) = try await reader(request, context)
            let (table, key) = try row(context)
            let now = hub.clock.nowMilliseconds()
            return try await hub.pool.run {
                let history = try store.history(
                    of: table.id, key, for: principal, nowMilliseconds: now)
                return Response.json(HistoryDocument(history, table, key))
            }
        }
        operators.get("tenants/:tenant/rows/:table/:key/history") { _, context in
            let store = try await hub.store(context.parameters.get("tenant"))
            let (table, key) = try row(context)
            return try await hub.pool.run {
                Response.json(HistoryDocument(try store.history(of: table.id, key), table, key))
            }
        }
    }

    private func reader(
        _ request: Request, _ context: HubRequestContext
    ) async throws -> (Principal, any TenantStore) {
        let device = try await hub.authenticator.device(
            request, tenant: context.parameters.get("tenant"))
        return (device.principal, try await hub.store(device.principal.tenant))
    }

    private func row(_ context: HubRequestContext) throws -> (TableSchema, RowKey) {
        let name = context.parameters.get("table")
        guard let table = hub.application.schema.tables.first(where: { $0.name == name }),
            let key = context.parameters.get("key").flatMap({ RowKey($0) })
        else { throw Problem(.notFound, "no such table or key") }
        return (table, key)
    }
}

/// A vector in JSON: eras and how far each is contained.
struct VectorDocument: Encodable {
    struct Entry: Encodable { let era, number: String }

    let entries: [Entry]

    init(_ vector: VersionVector) {
        entries = vector.sorted.map {
            Entry(era: $0.era.description, number: String($0.number))
        }
    }

    func encode(to encoder: any Encoder) throws { try entries.encode(to: encoder) }
}

/// A clock report in JSON.
struct ClockDocument: Encodable {
    struct Era: Encodable {
        let era, hub: String
        let parents: VectorDocument
    }

    struct Lane: Encodable {
        let lane, device: String
        /// Absent for a lane without change sets here.
        let sequence: JSONInteger?
        let changeSet: String?
        let effectiveMilliseconds: JSONInteger
    }

    let hub: String
    let position, floor: JSONInteger
    let vector, durable: VectorDocument
    let eras: [Era]
    let lanes: [Lane]

    init(_ report: ClockReport) {
        hub = report.hub.description
        position = JSONInteger(report.position)
        floor = JSONInteger(report.floor)
        vector = VectorDocument(report.vector)
        durable = VectorDocument(report.durable)
        eras = report.eras.map {
            Era(
                era: $0.era.description, hub: $0.hub.description,
                parents: VectorDocument($0.parents))
        }
        lanes = report.lanes.map { lane in
            Lane(
                lane: lane.id.description, device: lane.device.description,
                sequence: lane.head.map { JSONInteger(Int64($0.sequence)) },
                changeSet: lane.head.map { hexadecimal($0.oid.bytes) },
                effectiveMilliseconds: JSONInteger(Int64(lane.effective.milliseconds)))
        }
    }
}
