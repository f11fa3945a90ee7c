import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine

/// `/v1/operator/tenants`: makes and lists tenants.
struct TenantRoutes: Sendable {
    let hub: Hub

    private struct NewTenant: Decodable {
        let id: JSONIdentifier<TenantTag>
        let name: String
    }

    private struct Tenant: Encodable {
        let id: JSONIdentifier<TenantTag>
        let name: String
        let createdMilliseconds: JSONInteger

        init(_ record: TenantRecord) {
            id = JSONIdentifier(record.id)
            name = record.name
            createdMilliseconds = JSONInteger(record.createdMilliseconds)
        }
    }

    private struct Tenants: Encodable { let tenants: [Tenant] }

    func add(to group: RouterGroup<HubRequestContext>) {
        group.post("tenants") { request, _ in try await create(request) }
        group.get("tenants") { _, _ in
            let records = try await hub.pool.run { [hub] in try hub.control.tenants() }
            return Response.json(Tenants(tenants: records.map(Tenant.init)))
        }
    }

    private func create(_ request: Request) async throws -> Response {
        let body = try await request.json(NewTenant.self)
        guard !body.name.isEmpty, body.name.utf8.count <= 200 else {
            throw Problem(.bodyMalformed, "name must have 1 to 200 bytes")
        }
        let record = TenantRecord(
            id: body.id.value, name: body.name, createdMilliseconds: hub.wall.nowMilliseconds())
        try await hub.pool.run { [hub] in
            do {
                try hub.control.createTenant(record)
            } catch let problem as Problem where problem.code == .alreadyExists {
                // A crash between the two steps leaves the record without its file.
                guard try hub.tenants.tenant(record.id) == nil else { throw problem }
            }
            _ = try hub.tenants.create(record.id)
        }
        return .json(Tenant(record), status: .created)
    }
}
