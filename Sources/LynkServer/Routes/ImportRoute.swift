import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine

/// `POST /v1/operator/tenants/{tenant}/imports/{name}`: commits a CSV file as change sets of the
/// hub's own. The file is validated whole before anything of it is stored.
struct ImportRoute: Sendable {
    private static let bytesMax = 16 << 20
    private static let changesPerSet = 5_000

    let hub: Hub

    private struct Imported: Encodable {
        let changes, changeSets: Int
    }

    func add(to group: RouterGroup<HubRequestContext>) {
        group.post("tenants/:tenant/imports/:name") { request, context in
            let name = context.parameters.get("name")
            guard let importer = hub.application.importers.first(where: { $0.name == name })
            else { throw Problem(.notFound, "the application has no such import") }
            let store = try await hub.store(context.parameters.get("tenant"))
            return try await respond(to: request, importer, into: store)
        }
    }

    private func respond(
        to request: Request, _ importer: Importer, into store: any TenantStore
    ) async throws -> Response {
        let bytes = try await request.bytes(upTo: Self.bytesMax)
        let changes = try await hub.pool.run {
            guard let text = String(validating: bytes, as: UTF8.self) else {
                throw Problem(.bodyMalformed, "the file is not UTF-8")
            }
            return try importer.changes(text, store.tenant)
        }
        var count = 0
        for start in stride(from: 0, to: changes.count, by: Self.changesPerSet) {
            let part = Array(changes[start..<min(start + Self.changesPerSet, changes.count)])
            let answer = try await hub.commits.push(
                push(part, Intent(name: "import", arguments: importer.name), store.tenant),
                to: store)
            try Self.check(answer)
            count += 1
        }
        return .json(Imported(changes: changes.count, changeSets: count))
    }

    private func push(_ changes: [RowChange], _ intent: Intent, _ tenant: TenantID) -> Push {
        let now = hub.clock.nowMilliseconds()
        return Push(
            principal: Principal(
                tenant: tenant, device: .derived("lynk-hub-device", [tenant.bytes]),
                user: .derived("lynk-hub-operator", [tenant.bytes]), role: "admin"),
            lane: .derived("lynk-hub-lane", [tenant.bytes]), publicKey: nil,
            upload: ClockReading(
                wallMilliseconds: now, bootID: BootID(high: 0, low: 0), bootMilliseconds: now),
            receivedMilliseconds: now, work: .changes(changes, intent))
    }

    private static func check(_ answer: PushAnswer) throws {
        if let refusal = answer.refusal { throw refusal }
        for receipt in answer.receipts where !receipt.disposition.isApplied {
            throw receipt.problem ?? Problem(.internalFailure, "an import was not applied")
        }
    }
}
