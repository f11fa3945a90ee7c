import LynkCore
import LynkEngine
import LynkStore

/// All that a world asks of a device's replica: what the client calls, what people see and write,
/// and what befalls the files.
///
/// What people and checkers see does not throw: no fault is armed while they look, so a file that
/// cannot be read then is a breach by itself, which ``unreadable`` keeps.
protocol DeviceStore: ReplicaStore {
    var schema: Schema { get }
    /// `nil` for a store in memory.
    var simulatedDisk: SimulatedDisk? { get }
    /// Why something could not be read; `nil` while all could.
    var unreadable: Problem? { get }

    func write(edits: [RowEdit]) throws -> ContentID?
    func row(_ table: TableID, _ key: RowKey) -> ShownRow?
    func rows(_ table: TableID) -> [ShownRow]
    func status() throws -> ReplicaStatus
    func receipts() -> [Receipt]
    func recomputeRoot() -> [UInt8]
    func inspect() -> ReplicaInspection
    func confirmedRows(_ table: TableID) -> [NamedRow]
    func toldConflicts() -> [ToldConflict]
    func bytes(of oid: ContentID) -> [UInt8]?
    /// What the file system's own check says; `nil` for a file that is whole.
    func damage() -> String?

    /// A copy of the files as they are now.
    func image() throws -> StoreImage
    /// The process ends at this moment and starts again; with `power`, the machine does.
    func restart(losing power: Chance?) throws
    /// Goes on from a copy of files, of this device or of another.
    func goOn(from image: StoreImage) throws
}

extension InMemoryReplica: DeviceStore {
    var simulatedDisk: SimulatedDisk? { nil }
    var unreadable: Problem? { nil }
    func damage() -> String? { nil }
    func write(edits: [RowEdit]) throws -> ContentID? { try write(edits) }
    func image() throws -> StoreImage { .replica(snapshot()) }
    /// A step in memory is whole or not there: there is nothing that a power loss could take.
    func restart(losing power: Chance?) throws { try restore(snapshot()) }

    func goOn(from image: StoreImage) throws {
        guard case .replica(let snapshot) = image else { throw Problem(.internalFailure) }
        try restore(snapshot)
    }
}
