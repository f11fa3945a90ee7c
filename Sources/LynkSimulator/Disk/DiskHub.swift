import LynkCore
import LynkEngine
import LynkStore

/// A hub's store as it is shipped, on a simulated disk.
final class DiskHub: HubMedium {
    let disk: SimulatedDisk
    var simulatedDisk: SimulatedDisk? { disk }
    private var luck: Chance
    private var opened: SQLiteTenantStore?

    init(_ chance: Chance) throws {
        disk = try SimulatedDisk()
        luck = chance.stream("disk")
    }

    func open(
        _ application: any Application, random: inout some RandomNumberGenerator
    ) throws -> any HubStore {
        // After a death the handles fail; in an orderly end closing checkpoints.
        try? opened?.close()
        opened = nil
        let store = try SQLiteTenantStore(
            path: disk.path("hub.sqlite"), tenant: SimulatedHub.tenant, application: application,
            random: &random)
        try store.checkpoint(every: DiskReplica.checkpointPages(&luck))
        opened = store
        return store
    }

    func image(of store: any HubStore) throws -> StoreImage {
        .disk(try SimulatedDisk(copying: disk), at: nil)
    }

    func backUp(_ store: any HubStore) throws -> StoreImage {
        let copy = try SimulatedDisk()
        _ = try store.backUp(to: copy.path("hub.sqlite"))
        return .disk(copy, at: nil)
    }

    func put(_ image: StoreImage) throws {
        guard case .disk(let other, _) = image else { throw Problem(.internalFailure) }
        var none: Chance?
        disk.start(losing: &none)
        try? opened?.close()
        opened = nil
        disk.copy(other)
    }

    func die(_ store: any HubStore, losing power: Chance?) throws {
        var power = power
        // Some processes end in order, and closing checkpoints.
        if power == nil, luck.isOne(in: 3) {
            try opened?.close()
            opened = nil
        }
        disk.start(losing: &power)
    }

    func damage(of store: any HubStore) throws -> String? {
        guard let store = store as? SQLiteTenantStore else { throw Problem(.internalFailure) }
        let said = try store.integrity()
        return said == "ok" ? nil : said
    }
}
