import LynkStore

/// What the hub and the devices of a world keep their data in.
package enum StoreKind: String, Sendable, CaseIterable {
    /// The twins in memory: the same laws without a file.
    case memory
    /// The shipped stores on SQLite, on simulated disks.
    case sqlite
}

/// A copy of what a store has, as of one moment: what a clone, a restore and a backup go on from.
enum StoreImage {
    case replica(InMemoryReplica.Snapshot)
    case hub(InMemoryTenantStore.Snapshot)
    /// With the place of a device's file, which a copy of the whole machine keeps.
    case disk(SimulatedDisk, at: FileFingerprint?)
}
