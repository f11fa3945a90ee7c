import Foundation
import Logging
import LynkCore
import LynkEngine
import Synchronization

/// One thread that drains its queue and commits what it took, one group per tenant.
final class CommitThread: Sendable {
    private struct Waiting: Sendable {
        let push: Push
        let store: any TenantStore
        let bytes: Int
        let continuation: CheckedContinuation<PushAnswer, any Error>
    }

    private struct State {
        var waiting: [Waiting] = []
        var bytes = 0
        var isStopping = false
        var hasEnded = false
        var stops: [CheckedContinuation<Void, Never>] = []
    }

    private let state = Mutex(State())
    /// Counts at least one while `waiting` is not empty or a stop is asked for.
    private let wakeUp = DispatchSemaphore(value: 0)
    private let bounds: CommitQueue.Bounds
    private let logger: Logger
    private let onCommit: @Sendable (TenantID) -> Void

    init(
        name: String, bounds: CommitQueue.Bounds, logger: Logger,
        onCommit: @escaping @Sendable (TenantID) -> Void
    ) {
        self.bounds = bounds
        self.logger = logger
        self.onCommit = onCommit
        let thread = Thread { [self] in run() }
        thread.name = name
        thread.start()
    }

    var waitingCount: Int { state.withLock { $0.waiting.count } }

    func push(_ push: Push, to store: any TenantStore) async throws -> PushAnswer {
        let bytes = push.bytes
        return try await withCheckedThrowingContinuation { continuation in
            let (refusal, isFirst) = state.withLock { state -> (Problem?, Bool) in
                if let refusal = Self.refusal(of: bytes, by: state, bounds) {
                    return (refusal, false)
                }
                state.waiting.append(
                    Waiting(push: push, store: store, bytes: bytes, continuation: continuation))
                state.bytes += bytes
                return (nil, state.waiting.count == 1)
            }
            if let refusal { continuation.resume(throwing: refusal) }
            if isFirst { wakeUp.signal() }
        }
    }

    func stop() async {
        await withCheckedContinuation { continuation in
            let hasEnded = state.withLock { state in
                state.isStopping = true
                if !state.hasEnded { state.stops.append(continuation) }
                return state.hasEnded
            }
            if hasEnded { continuation.resume() } else { wakeUp.signal() }
        }
    }

    private static func refusal(
        of bytes: Int, by state: State, _ bounds: CommitQueue.Bounds
    ) -> Problem? {
        if state.isStopping { return Problem(.overloaded, "the server is stopping") }
        guard !state.waiting.isEmpty else { return nil }
        guard state.waiting.count < bounds.pushesMax, state.bytes + bytes <= bounds.bytesMax else {
            return Problem(.overloaded, "\(state.waiting.count) pushes are waiting")
        }
        return nil
    }

    private func run() {
        while true {
            wakeUp.wait()
            let (taken, isLast) = state.withLock { state in
                defer {
                    state.waiting = []
                    state.bytes = 0
                }
                return (state.waiting, state.isStopping)
            }
            for group in Self.groups(of: taken) { commit(group) }
            if isLast { break }
        }
        let stops = state.withLock { state in
            state.hasEnded = true
            return state.stops
        }
        for stop in stops { stop.resume() }
    }

    /// By tenant, in the order of arrival.
    private static func groups(of taken: [Waiting]) -> [[Waiting]] {
        var places: [TenantID: Int] = [:]
        var groups: [[Waiting]] = []
        for waiting in taken {
            if let place = places[waiting.store.tenant] {
                groups[place].append(waiting)
            } else {
                places[waiting.store.tenant] = groups.count
                groups.append([waiting])
            }
        }
        return groups
    }

    private func commit(_ group: [Waiting]) {
        guard let store = group.first?.store else { return }
        do {
            let answers = try store.commit(group.map(\.push))
            guard answers.count == group.count else {
                throw Problem(.internalFailure, "the store gave another number of answers")
            }
            for (waiting, answer) in zip(group, answers) {
                waiting.continuation.resume(returning: answer)
            }
            onCommit(store.tenant)
        } catch {
            logger.error(
                "a commit failed",
                metadata: ["tenant": "\(store.tenant)", "error": "\(error)"])
            let problem = error as? Problem ?? Problem(.storeFailed)
            for waiting in group { waiting.continuation.resume(throwing: problem) }
        }
    }
}

extension Push {
    /// What the push keeps in memory while it waits, about.
    fileprivate var bytes: Int {
        switch work {
        case .changeSets(let sets, _): sets.reduce(0) { $0 + $1.bytes.count }
        case .changes(let changes, _): changes.count * 256
        }
    }
}
