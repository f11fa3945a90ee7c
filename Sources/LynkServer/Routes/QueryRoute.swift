import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine

/// `GET /v1/operator/tenants/{tenant}/queries/{name}`: runs one of the application's queries.
struct QueryRoute: Sendable {
    private static let rowsMax = 10_000

    let hub: Hub

    private struct Answer: Encodable {
        struct Column: Encodable {
            let name, type: String
        }
        let columns: [Column]
        let rows: [[JSONValue]]
    }

    func add(to group: RouterGroup<HubRequestContext>) {
        group.get("tenants/:tenant/queries/:name") { request, context in
            let name = context.parameters.get("name")
            guard let query = hub.application.queries.first(where: { $0.name == name })
            else { throw Problem(.notFound, "the application has no such query") }
            let store = try await hub.store(context.parameters.get("tenant"))
            return try await respond(to: request, query, in: store)
        }
    }

    private func respond(
        to request: Request, _ query: Query, in store: any TenantStore
    ) async throws -> Response {
        var given: [String: String] = [:]
        for (name, value) in request.uri.queryParameters { given[String(name)] = String(value) }
        let limit = try Self.limit(given.removeValue(forKey: "limit"))
        let arguments = try QueryArguments.parse(given, for: query)
        return try await hub.pool.run {
            let rows = try store.run(query, arguments: arguments, limit: limit)
            return .json(
                Answer(
                    columns: query.columns.map {
                        Answer.Column(name: $0.name, type: $0.type.rawValue)
                    },
                    rows: rows.map { $0.map(JSONValue.init) }))
        }
    }

    private static func limit(_ text: String?) throws -> Int {
        guard let text else { return rowsMax }
        guard let limit = Int(text), (1...rowsMax).contains(limit) else {
            throw Problem(.parameterInvalid, "limit must be from 1 to \(rowsMax)")
        }
        return limit
    }
}
