import Hummingbird
import LynkCore
import LynkEngine

/// `POST /v1/tenants/{tenant}/codes/{payment}`: a one-time code for the device of whoever reads it
/// out. It is tried by a fact that syncs like any other, so tries need no route of their own.
struct CodeRoute: Sendable {
    let hub: Hub

    private struct Issued: Encodable { let code: String }

    func add(to router: Router<HubRequestContext>) {
        router.post("/v1/tenants/:tenant/codes/:payment") { request, context in
            let device = try await hub.authenticator.device(
                request, tenant: context.parameters.get("tenant"))
            let subject = context.parameters.get("payment").flatMap { RowKey($0) }
            guard let mint = hub.application.codes, let subject else {
                throw Problem(.notFound, "no such code")
            }
            guard mint.roles.contains(device.principal.role) else {
                throw Problem(.forbidden, "a code is read out by the payer")
            }
            return try await respond(device.principal, subject, mint)
        }
    }

    private func respond(
        _ principal: Principal, _ subject: RowKey, _ mint: CodeMint
    ) async throws -> Response {
        let store = try await hub.store(principal.tenant)
        var chance = SystemRandomNumberGenerator()
        let drawn = UInt64.random(in: 0...UInt64.max, using: &chance)
        let now = hub.clock.nowMilliseconds()
        let (request, issued) = try await hub.pool.run {
            let rows = try store.run(mint.lookup, arguments: ["payment": .key(subject)], limit: 1)
            let request = CodeRequest(
                principal: principal, subject: subject, rows: rows, milliseconds: now)
            return (request, try mint.issue(request, drawn))
        }
        let answer = try await hub.commits.push(push(issued.changes, principal), to: store)
        if let refusal = answer.refusal { throw refusal }
        for receipt in answer.receipts where !receipt.disposition.isApplied {
            throw receipt.problem ?? Problem(.internalFailure, "a code was not kept")
        }
        mint.kept(request)
        return .json(Issued(code: issued.code))
    }

    private func push(_ changes: [RowChange], _ principal: Principal) -> Push {
        let now = hub.clock.nowMilliseconds()
        return Push(
            principal: Principal(
                tenant: principal.tenant,
                device: .derived("lynk-hub-device", [principal.tenant.bytes]),
                user: .derived("lynk-hub-operator", [principal.tenant.bytes]), role: "admin"),
            lane: .derived("lynk-hub-lane", [principal.tenant.bytes]), publicKey: nil,
            upload: ClockReading(
                wallMilliseconds: now, bootID: BootID(high: 0, low: 0), bootMilliseconds: now),
            receivedMilliseconds: now, work: .changes(changes, Intent(name: "code", arguments: "")))
    }
}
