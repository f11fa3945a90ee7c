import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine

/// `POST /v1/operator/floor`: forgets now what is old, durable and kept for causality alone, or
/// says what that would be (Protocol/13-operation.md).
struct FloorRoute: Sendable {
    let hub: Hub

    private struct Order: Decodable {
        let tenant: JSONIdentifier<TenantTag>?
        let dryRun: Bool?
    }

    private struct Answer: Encodable { let tenants: [FloorDocument] }

    func add(to group: RouterGroup<HubRequestContext>) {
        group.post("floor") { request, _ in
            let order = try await request.json(Order.self)
            let stores = try await hub.pool.run { [floor = hub.floor] in
                try floor.stores(only: order.tenant?.value)
            }
            let isDry = order.dryRun ?? false
            var documents: [FloorDocument] = []
            for store in stores {
                if !isDry { try await FloorUpkeep(hub: hub).advance(store) }
                documents.append(
                    try await hub.pool.run { [hub] in
                        FloorDocument(
                            store.tenant,
                            try hub.floor.report(
                                store, counting: isDry,
                                nowMilliseconds: hub.clock.nowMilliseconds()))
                    })
            }
            return Response.json(Answer(tenants: documents))
        }
    }
}

/// A floor's report in JSON.
struct FloorDocument: Encodable, Sendable {
    struct Forgettable: Encodable {
        let commits, bytes, tombstones, conflicts: JSONInteger
    }

    let tenant: String
    let floor, target, head: JSONInteger
    /// See ``FloorReport/Wait``.
    let waitsFor: String
    /// When the first commit above the target came.
    let nextMilliseconds: JSONInteger?
    let forgettable: Forgettable?

    init(_ tenant: TenantID, _ report: FloorReport) {
        self.tenant = tenant.description
        floor = JSONInteger(report.floor)
        target = JSONInteger(report.target)
        head = JSONInteger(report.head)
        waitsFor = report.wait.rawValue
        nextMilliseconds = report.nextMilliseconds.map { JSONInteger($0) }
        forgettable = report.forgettable.map {
            Forgettable(
                commits: JSONInteger($0.commits), bytes: JSONInteger($0.bytes),
                tombstones: JSONInteger($0.tombstones), conflicts: JSONInteger($0.conflicts))
        }
    }
}
