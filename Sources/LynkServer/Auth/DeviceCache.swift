import LynkCore
import LynkEngine
import Synchronization

/// The device records asked for lately, so that a request need not read the control database.
struct DeviceCache: ~Copyable, Sendable {
    // Not private: the compiler (6.3) fails on a private type inside a noncopyable one in some
    // groupings of files.
    struct State {
        var records: [DeviceID: DeviceRecord] = [:]
        /// Moves with every invalidation, so that a record read before is not kept after it.
        var generation = 0
    }

    private let state = Mutex(State())
    private let countMax: Int

    init(countMax: Int = 4_096) { self.countMax = countMax }

    /// The record, from memory or from `read`.
    func record(
        _ device: DeviceID, read: () async throws -> DeviceRecord?
    ) async throws -> DeviceRecord? {
        let (known, generation) = state.withLock { ($0.records[device], $0.generation) }
        if let known { return known }
        guard let record = try await read() else { return nil }
        state.withLock { state in
            guard state.generation == generation else { return }
            if state.records.count >= countMax { state.records.removeAll(keepingCapacity: true) }
            state.records[device] = record
        }
        return record
    }

    func forget(_ device: DeviceID) {
        state.withLock { state in
            state.records[device] = nil
            state.generation += 1
        }
    }
}
