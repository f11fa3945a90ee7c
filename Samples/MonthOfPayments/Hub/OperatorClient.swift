import Foundation
import LynkClient
import LynkCore

/// The operator's side of the hub's HTTP interface, as far as the month needs it.
struct OperatorClient: Sendable {
    let address: String
    let token: String
    let transport: CurlTransport

    /// An answer to a query: rows of texts, integers among them in decimal.
    struct Rows: Decodable, Sendable {
        struct Column: Decodable, Sendable { let name: String }

        let columns: [Column]
        let rows: [[String?]]

        /// Each row by the names of its columns; NULL is absent.
        var named: [[String: String]] {
            rows.map { row in
                var cells: [String: String] = [:]
                for (column, value) in zip(columns, row) { cells[column.name] = value }
                return cells
            }
        }
    }

    func createTenant(_ id: TenantID, name: String) async throws {
        _ = try await send(.post, "tenants", json: ["id": id.description, "name": name])
    }

    func importFile(_ name: String, _ text: String, into tenant: TenantID) async throws {
        _ = try await send(
            .post, "tenants/\(tenant)/imports/\(name)", type: "text/csv", body: Array(text.utf8))
    }

    /// A one-time code for a device of this user.
    func code(for user: UserID, role: String, in tenant: TenantID) async throws -> String {
        struct Answer: Decodable { let code: String }
        let bytes = try await send(
            .post, "tenants/\(tenant)/codes", json: ["user": user.description, "role": role])
        return try JSONDecoder().decode(Answer.self, from: Data(bytes)).code
    }

    func run(_ query: String, in tenant: TenantID) async throws -> [[String: String]] {
        let bytes = try await send(.get, "tenants/\(tenant)/queries/\(query)")
        return try JSONDecoder().decode(Rows.self, from: Data(bytes)).named
    }

    func setClock(milliseconds: Int64) async throws {
        _ = try await send(.put, "clock", json: ["milliseconds": String(milliseconds)])
    }

    /// Whether the hub answers at all.
    func isHealthy() async -> Bool {
        let request = HTTPRequest(.get, address + "/health")
        return (try? await transport.send(request))?.head.status == 200
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, json: [String: String]
    ) async throws -> [UInt8] {
        let body = try JSONEncoder().encode(json)
        return try await send(method, path, type: "application/json", body: Array(body))
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, type: String? = nil, body: [UInt8] = []
    ) async throws -> [UInt8] {
        var headers = [HTTPHeader("Authorization", "Bearer \(token)")]
        if let type { headers.append(HTTPHeader("Content-Type", type)) }
        let request = HTTPRequest(
            method, "\(address)/v1/operator/\(path)", headers: headers, body: body,
            responseBytesMax: 64 << 20)
        let response = try await transport.send(request)
        guard (200..<300).contains(response.head.status) else {
            throw HubAnswer(path: path, body: String(decoding: response.body, as: UTF8.self))
        }
        return response.body
    }
}

/// What the hub said when it refused an operator's request.
struct HubAnswer: Error, CustomStringConvertible {
    let path: String
    let body: String

    var description: String { "\(path): \(body)" }
}
