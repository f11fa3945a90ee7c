import Foundation
import Lynk
import LynkPayments
import Testing

/// The operator's side of the hub's HTTP interface.
struct Office: Sendable {
    let address: String
    let token: String
    let transport: CurlTransport

    private struct Code: Decodable { let code: String }

    private struct Rows: Decodable {
        struct Column: Decodable { let name: String }
        let columns: [Column]
        let rows: [[String?]]
    }

    func request(
        _ method: HTTPRequest.Method, _ path: String, type: String = "application/json",
        body: String = ""
    ) async throws -> HTTPResponse {
        try await transport.send(
            HTTPRequest(
                method, "\(address)/v1/operator/\(path)",
                headers: [
                    HTTPHeader("Authorization", "Bearer \(token)"),
                    HTTPHeader("Content-Type", type),
                ],
                body: Array(body.utf8)))
    }

    /// What `/health/deep` tells the operator, as JSON.
    func health() async throws -> String {
        let answer = try await transport.send(
            HTTPRequest(
                .get, "\(address)/health/deep",
                headers: [HTTPHeader("Authorization", "Bearer \(token)")]))
        return String(decoding: answer.body, as: UTF8.self)
    }

    func importFile(
        _ name: String, _ text: String, into tenant: TenantID
    ) async throws -> HTTPResponse {
        try await request(
            .post, "tenants/\(tenant)/imports/\(name)", type: "text/csv", body: text)
    }

    /// Makes the tenant and imports all its files.
    func open(_ wholesaler: Wholesaler) async throws {
        let tenant = wholesaler.tenant
        let made = try await request(
            .post, "tenants", body: #"{"id":"\#(tenant)","name":"\#(wholesaler.name)"}"#)
        try #require(made.head.status == 201)
        for (name, text) in wholesaler.files {
            let answer = try await importFile(name, text, into: tenant)
            let text = String(decoding: answer.body, as: UTF8.self)
            try #require(answer.head.status == 200, "\(name): \(text)")
        }
    }

    /// A one-time code for a device of this person.
    func code(for person: RowKey, role: Role, in tenant: TenantID) async throws -> String {
        let answer = try await request(
            .post, "tenants/\(tenant)/codes",
            body: #"{"user":"\#(person)","role":"\#(role.rawValue)"}"#)
        try #require(answer.head.status == 201)
        return try JSONDecoder().decode(Code.self, from: Data(answer.body)).code
    }

    /// The named columns of a query's rows, a row per text.
    func rows(
        _ query: String, _ columns: [String], in tenant: TenantID
    ) async throws -> [String] {
        let answer = try await request(.get, "tenants/\(tenant)/queries/\(query)")
        try #require(answer.head.status == 200)
        let table = try JSONDecoder().decode(Rows.self, from: Data(answer.body))
        return table.rows.map { row in
            var cells: [String: String] = [:]
            for (column, value) in zip(table.columns, row) { cells[column.name] = value }
            return columns.map { cells[$0] ?? "-" }.joined(separator: " ")
        }
    }

    /// What an accountant sees, in a form that reads like it.
    func books(of tenant: TenantID) async throws -> String {
        var lines: [String] = []
        for (title, query, columns) in [
            (
                "shop", "outstanding_by_retailer",
                ["code", "outstanding", "unapplied_credit", "held_amount", "open_exceptions"]
            ),
            ("open", "invoices_open", ["invoice_number", "open", "status"]),
            (
                "collected", "collected_total",
                ["payments", "collected", "posted", "held", "applied", "unapplied"]
            ),
            ("trial", "trial_balance", ["debits", "credits", "difference"]),
            ("unbalanced", "unbalanced_entries", ["entry"]),
            ("drift", "drift", ["figure", "subject", "difference"]),
        ] {
            lines += try await rows(query, columns, in: tenant).map { "\(title) \($0)" }
        }
        let exceptions = try await rows(
            "exceptions", ["kind", "state", "retailer", "amount"], in: tenant)
        return (lines + exceptions.sorted()).joined(separator: "\n")
    }
}
