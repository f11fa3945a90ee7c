import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine

/// The clocks of a tenant: `GET /v1/tenants/{tenant}/clock` for its devices and
/// `GET /v1/operator/tenants/{tenant}/clock`; and how a row became what it is,
/// `GET /v1/operator/tenants/{tenant}/rows/{table}/{key}/history`.
struct ClockReportRoutes: Sendable {
    let hub: Hub

    func add(to router: Router<HubRequestContext>, operators: RouterGroup<HubRequestContext>) {
        router.get("/v1/tenants/:tenant/clock") { request, context in
            let device = try await hub.authenticator.device(
                request, tenant: context.parameters.get("tenant"))
            return try await report(hub.store(device.principal.tenant))
        }
        operators.get("tenants/:tenant/clock") { _, context in
            try await report(hub.store(context.parameters.get("tenant")))
        }
        operators.get("tenants/:tenant/rows/:table/:key/history") { _, context in
            let store = try await hub.store(context.parameters.get("tenant"))
            let name = context.parameters.get("table")
            guard let table = hub.application.schema.tables.first(where: { $0.name == name }),
                let key = context.parameters.get("key").flatMap({ RowKey($0) })
            else { throw Problem(.notFound, "no such table or key") }
            return try await hub.pool.run {
                Response.json(HistoryDocument(try store.history(of: table.id, key), table))
            }
        }
    }

    private func report(_ store: any TenantStore) async throws -> Response {
        try await hub.pool.run { Response.json(ClockDocument(try store.clockReport())) }
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

/// A row's history in JSON.
struct HistoryDocument: Encodable {
    struct Change: Encodable {
        let kind: String
        let fields: [String: JSONValue]
    }

    struct Step: Encodable {
        let position: JSONInteger
        let changeSet, lane, device, disposition: String
        let effectiveMilliseconds, receivedMilliseconds: JSONInteger
        let intent: String?
        /// What the author had seen.
        let knew: VectorDocument
        let changes: [Change]
    }

    struct Standing: Encodable {
        let field, policy, era, number, author: String
        let value: JSONValue
        let effectiveMilliseconds: JSONInteger
        let conflicts: Int
    }

    let table: String
    let isDeleted: Bool
    let generation: UInt32
    let steps: [Step]
    /// Which commit wrote the value of each field that stands, and by which policy it stands.
    let standing: [Standing]

    init(_ history: RowHistory, _ table: TableSchema) {
        func name(_ id: FieldID) -> String {
            table.ordinal(of: id).map { table.fields[$0].name } ?? "\(id)"
        }
        self.table = table.name
        isDeleted = history.isDeleted
        generation = history.generation
        steps = history.steps.map { step in
            Step(
                position: JSONInteger(step.position), changeSet: hexadecimal(step.oid.bytes),
                lane: step.lane.description, device: step.device.description,
                disposition: step.disposition.rawValue,
                effectiveMilliseconds: JSONInteger(Int64(step.effective.milliseconds)),
                receivedMilliseconds: JSONInteger(Int64(step.received.milliseconds)),
                intent: step.intent?.name, knew: VectorDocument(step.context),
                changes: step.changes.map { change in
                    var fields: [String: JSONValue] = [:]
                    for put in change.puts { fields[name(put.field)] = JSONValue(put.value) }
                    for add in change.adds {
                        fields[name(add.field)] = JSONValue(.integer(add.delta))
                    }
                    return Change(kind: "\(change.kind)", fields: fields)
                })
        }
        standing = history.standing.map {
            Standing(
                field: name($0.field), policy: $0.policy, era: $0.dot.era.description,
                number: String($0.dot.number), author: $0.author.description,
                value: JSONValue($0.value),
                effectiveMilliseconds: JSONInteger(Int64($0.effective.milliseconds)),
                conflicts: $0.conflicts.count)
        }
    }
}
