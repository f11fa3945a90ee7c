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
        /// Of a query that is read page by page: the cursor of the next page, when there is one.
        var next: String?
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
        let most = query.keyset == nil ? Self.rowsMax : Limits.queryPageRowsMax
        let limit = try Self.limit(given.removeValue(forKey: "limit"), most)
        let cursor = query.keyset == nil ? nil : given.removeValue(forKey: "cursor")
        let arguments = try QueryArguments.parse(given, for: query)
        return try await hub.pool.run {
            let page = try Self.page(
                of: query, arguments, after: cursor, limit: limit, in: store)
            return .json(
                Answer(
                    columns: query.columns.map {
                        Answer.Column(name: $0.name, type: $0.type.rawValue)
                    },
                    rows: page.rows.map { $0.map(JSONValue.init) }, next: page.next))
        }
    }

    private static func page(
        of query: Query, _ arguments: [String: Value], after cursor: String?, limit: Int,
        in store: any TenantStore
    ) throws -> QueryPage {
        guard query.keyset != nil else {
            let rows = try store.run(query, arguments: arguments, limit: limit)
            return try query.page(
                of: rows, arguments: arguments, limit: limit, tenant: store.tenant)
        }
        let bound = try query.pageArguments(
            arguments, after: cursor, limit: limit, tenant: store.tenant)
        let rows = try store.run(query, arguments: bound, limit: limit + 1)
        return try query.page(of: rows, arguments: arguments, limit: limit, tenant: store.tenant)
    }

    private static func limit(_ text: String?, _ rowsMax: Int) throws -> Int {
        guard let text else { return rowsMax }
        guard let limit = Int(text), (1...rowsMax).contains(limit) else {
            throw Problem(.parameterInvalid, "limit must be from 1 to \(rowsMax)")
        }
        return limit
    }
}
