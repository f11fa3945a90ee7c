import LynkCore
import LynkEngine
import LynkStore

/// All that a world asks of a hub's store: what the server calls, and what checkers see.
protocol HubStore: TenantStore {
    func inspect<T>(_ body: (any HubReads) throws -> T) throws -> T
    /// Names that commits had in eras which this hub lost.
    func aliases() throws -> [DotAlias]
    /// In key order.
    func presentRows(_ table: TableID) throws -> [NamedRow]
}

extension InMemoryTenantStore: HubStore {}
extension SQLiteTenantStore: HubStore {}

/// Where the hub's file is, and what befalls it.
protocol HubMedium: AnyObject {
    /// `nil` for a store in memory.
    var simulatedDisk: SimulatedDisk? { get }
    /// Opens the file, or makes it; what was open before is over. Every opening is a new era.
    func open(
        _ application: any Application, random: inout some RandomNumberGenerator
    ) throws -> any HubStore
    /// A copy of the file as it is now.
    func image(of store: any HubStore) throws -> StoreImage
    /// What the shipped backup makes.
    func backUp(_ store: any HubStore) throws -> StoreImage
    /// Puts a copy in the place of the file.
    func put(_ image: StoreImage) throws
    /// The process ends at this moment; with `power`, the machine does.
    func die(_ store: any HubStore, losing power: Chance?) throws
    /// What the file system's own check says; `nil` for a file that is whole.
    func damage(of store: any HubStore) throws -> String?
}

/// A hub in memory: its snapshots are values.
final class MemoryHubMedium: HubMedium {
    let simulatedDisk: SimulatedDisk? = nil
    private var snapshot: InMemoryTenantStore.Snapshot?

    func open(
        _ application: any Application, random: inout some RandomNumberGenerator
    ) throws -> any HubStore {
        try InMemoryTenantStore(
            tenant: SimulatedHub.tenant, application: application, restoring: snapshot,
            random: &random)
    }

    func image(of store: any HubStore) throws -> StoreImage {
        guard let store = store as? InMemoryTenantStore else { throw Problem(.internalFailure) }
        return .hub(store.snapshot())
    }

    func backUp(_ store: any HubStore) throws -> StoreImage { try image(of: store) }

    func put(_ image: StoreImage) throws {
        guard case .hub(let image) = image else { throw Problem(.internalFailure) }
        snapshot = image
    }

    func die(_ store: any HubStore, losing power: Chance?) throws { try put(image(of: store)) }
    func damage(of store: any HubStore) throws -> String? { nil }
}
