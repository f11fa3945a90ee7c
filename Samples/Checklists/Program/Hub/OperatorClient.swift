import Checklists
import Foundation
import Lynk

/// The operator's side of the hub's HTTP interface, as far as a day of inspections needs it.
struct OperatorClient: Sendable {
    let address: String
    let token: String
    let transport: CurlTransport

    func createTenant(_ id: TenantID, name: String) async throws {
        _ = try await send(.post, "tenants", ["id": id.description, "name": name])
    }

    /// A one-time code for a device of this user.
    func code(for user: RowKey, _ role: Role, in tenant: TenantID) async throws -> String {
        struct Answer: Decodable { let code: String }
        let bytes = try await send(
            .post, "tenants/\(tenant)/codes",
            ["user": user.description, "role": role.rawValue])
        return try JSONDecoder().decode(Answer.self, from: bytes).code
    }

    /// The rows of one of the application's queries, as text.
    func run(_ query: String, in tenant: TenantID) async throws -> [[String]] {
        struct Answer: Decodable { let rows: [[String?]] }
        let bytes = try await send(.get, "tenants/\(tenant)/queries/\(query)")
        return try JSONDecoder().decode(Answer.self, from: bytes).rows.map { row in
            row.map { $0 ?? "-" }
        }
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ json: [String: String]? = nil
    ) async throws -> Data {
        var headers = [HTTPHeader("Authorization", "Bearer \(token)")]
        if json != nil { headers.append(HTTPHeader("Content-Type", "application/json")) }
        let body = try json.map { try JSONEncoder().encode($0) } ?? Data()
        let response = try await transport.send(
            HTTPRequest(
                method, "\(address)/v1/operator/\(path)", headers: headers, body: Array(body)))
        guard (200..<300).contains(response.head.status) else {
            throw Problem(
                .responseInvalid, "\(path): \(String(decoding: response.body, as: UTF8.self))")
        }
        return Data(response.body)
    }
}
