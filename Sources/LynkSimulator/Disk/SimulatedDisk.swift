import CFaultVFS

/// The disk of one machine, in memory: SQLite's files are on it, and it knows what was written and
/// not synced.
///
/// Isolation: one world, one thread. The C side has a lock of its own.
final class SimulatedDisk {
    /// What may go wrong at a call of the file system.
    enum Fault: Int32, CaseIterable {
        /// The power goes: this call fails and all after it.
        case power = 1
        /// No room is left: all that would make a file longer fails.
        case full = 2
        /// One call fails.
        case error = 3
    }

    private let disk: OpaquePointer

    init() throws {
        guard let disk = lynk_disk_make() else { throw NoDisk() }
        self.disk = disk
    }

    private struct NoDisk: Error {}

    /// A disk with the same files, as the system shows them.
    init(copying other: SimulatedDisk) throws {
        guard let disk = lynk_disk_make() else { throw NoDisk() }
        self.disk = disk
        lynk_disk_copy(disk, other.disk)
    }

    deinit { lynk_disk_free(disk) }

    func path(_ name: String) -> String { String(cString: lynk_disk_path(disk)) + name }

    /// Has these files from now on; none of its own may be in use.
    func copy(_ other: SimulatedDisk) { lynk_disk_copy(disk, other.disk) }

    /// The `call`-th call of the file system from now on goes wrong.
    func arm(_ fault: Fault, at call: Int) { lynk_disk_arm(disk, fault.rawValue, Int64(call)) }

    /// All goes well from now on, unless the power is gone.
    ///
    /// - Returns: how many calls have failed since the disk was armed.
    @discardableResult
    func disarm() -> Int {
        let failures = Int(lynk_disk_failures(disk))
        lynk_disk_arm(disk, 0, 0)
        return failures
    }

    /// Says of every sync that it was done, and does none.
    func lie() { lynk_disk_lie(disk) }

    /// Runs what a simulator looks at by itself: it meets no fault.
    func looking<T>(_ body: () throws -> T) rethrows -> T {
        lynk_disk_pause(disk, 1)
        defer { lynk_disk_pause(disk, 0) }
        return try body()
    }

    var hasPower: Bool { lynk_disk_has_power(disk) != 0 }
    var unsynced: Int { Int(lynk_disk_unsynced(disk)) }

    /// The process that used the disk is gone: its handles fail from now on. With `chance` the
    /// machine was without power, and what was not synced is there, lost or torn by it.
    func start(losing chance: inout Chance?) {
        guard var drawn = chance else { return lynk_disk_start(disk, nil, 0) }
        // Lost whole, kept whole, or each operation as it comes.
        let style = drawn.number(3)
        let fates: [UInt8] = (0..<unsynced).map { index in
            switch style {
            case 0: return Fate.lost
            case 1: return index == unsynced - 1 ? Fate.torn : Fate.kept
            default: return [Fate.kept, Fate.kept, Fate.lost, Fate.torn][drawn.number(3)]
            }
        }
        fates.withUnsafeBufferPointer {
            // Without operations there still is a power loss to tell from a process's end.
            var none: UInt8 = 0
            if let start = $0.baseAddress, !$0.isEmpty {
                lynk_disk_start(disk, start, Int64($0.count))
            } else {
                lynk_disk_start(disk, &none, 0)
            }
        }
        chance = drawn
    }

    private enum Fate {
        static let kept: UInt8 = 0
        static let lost: UInt8 = 1
        static let torn: UInt8 = 2
    }
}
