import Logging
import LynkCore
import LynkEngine

/// What every route works with.
struct Hub: Sendable {
    let control: any ControlStore
    let tenants: any TenantDirectory
    let application: any LynkCore.Application
    /// The time that commits and pulls are stamped with.
    let clock: any HubClock
    /// The machine's time, which codes, challenges and tokens live by.
    let wall: any HubClock
    let pool: BlockingPool
    let commits: CommitQueue
    let live: LiveStreams
    let served: ServedVersions
    let sessions = SessionBook()
    let floor: HubFloor
    let snapshots: SnapshotShelf
    let authenticator: Authenticator
    let operatorKey: OperatorKey
    let logger: Logger

    /// The tenant of an operator's address.
    ///
    /// - Throws: ``Problem`` `not_found`.
    func store(_ text: String?) async throws -> any TenantStore {
        guard let text, let id = TenantID(text) else { throw Problem(.notFound, "no such tenant") }
        return try await store(id)
    }

    func store(_ id: TenantID) async throws -> any TenantStore {
        let store = try await pool.run { [tenants] in try tenants.tenant(id) }
        guard let store else { throw Problem(.notFound, "no such tenant") }
        return store
    }
}
