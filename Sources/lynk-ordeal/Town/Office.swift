import Foundation
import Lynk
import LynkHistory

/// The operator's side of the hub, as far as a run needs it.
struct Office: Sendable {
    /// The hub itself: what is done to the devices' line does not touch the office.
    let address: String
    let token: String
    let tenant: String
    let authority: String

    func createTenant() async throws {
        _ = try await send(.post, "tenants", json: ["id": tenant, "name": "Tank Pharma"])
    }

    func importFile(_ name: String, _ text: String) async throws {
        _ = try await send(
            .post, "tenants/\(tenant)/imports/\(name)", type: "text/csv", body: Array(text.utf8))
    }

    /// A one-time code for a device of this person.
    func code(for user: String, role: String) async throws -> String {
        struct Answer: Decodable { let code: String }
        let bytes = try await send(
            .post, "tenants/\(tenant)/codes", json: ["user": user, "role": role])
        return try JSONDecoder().decode(Answer.self, from: Data(bytes)).code
    }

    func books() async throws -> Books {
        let collected = try await one("collected_total")
        let balance = try await one("trial_balance")
        guard let payments = collected["payments"].flatMap({ Int($0) }),
            let sum = collected["collected"].flatMap({ Int64($0) }),
            let difference = balance["difference"].flatMap({ Int64($0) })
        else { throw Problem(.responseInvalid, "the books lack a figure") }
        return Books(
            payments: payments, collected: sum, difference: difference,
            drift: try await rows("drift").count)
    }

    private func one(_ query: String) async throws -> [String: String] {
        guard let row = try await rows(query).first else {
            throw Problem(.responseInvalid, "\(query) gave no row")
        }
        return row
    }

    private func rows(_ query: String) async throws -> [[String: String]] {
        struct Rows: Decodable {
            struct Column: Decodable { let name: String }
            let columns: [Column]
            let rows: [[String?]]
        }
        let bytes = try await send(.get, "tenants/\(tenant)/queries/\(query)")
        let answer = try JSONDecoder().decode(Rows.self, from: Data(bytes))
        return answer.rows.map { row in
            var cells: [String: String] = [:]
            for (column, value) in zip(answer.columns, row) { cells[column.name] = value }
            return cells
        }
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
        // One connection per request: an idle one would hold up the hub's end for its grace time.
        let transport = try CurlTransport(CurlOptions(certificateFile: authority))
        let response = try await transport.send(
            HTTPRequest(
                method, "\(address)/v1/operator/\(path)", headers: headers, body: body,
                responseBytesMax: 64 << 20))
        guard (200..<300).contains(response.head.status) else {
            throw Problem(
                .responseInvalid, "\(path): \(String(decoding: response.body, as: UTF8.self))")
        }
        return response.body
    }
}
