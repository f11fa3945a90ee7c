import Glibc
import LynkCore
import Synchronization

/// A few threads for calls that block, so that SQLite never occupies Swift's cooperative pool.
///
/// First come, first served. The queue is bounded by its users: each awaits its one call.
public final class BlockingThreads: Sendable {
    /// For all replicas of a process.
    public static let shared = BlockingThreads(count: 4)

    private let queue: WorkQueue

    /// Threads start when first needed, one per waiting call up to `count`.
    public init(count: Int) { queue = WorkQueue(threadsMax: max(1, count)) }

    /// Calls that were handed in are still made; then the threads end.
    deinit { queue.close() }

    /// Runs a blocking call on one of the threads.
    ///
    /// It is not interrupted by cancellation: a started write is finished.
    public func run<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            queue.add { continuation.resume(with: Result { try body() }) }
        }
    }
}

/// Jobs and the threads that take them. Plain POSIX: a condition variable wakes one sleeper.
///
/// `@unchecked Sendable`: the jobs are under `mutex`.
private final class WorkQueue: @unchecked Sendable {
    private let threadsMax: Int
    private let mutex: UnsafeMutablePointer<pthread_mutex_t>
    private let condition: UnsafeMutablePointer<pthread_cond_t>
    private var jobs: [@Sendable () -> Void] = []
    private var taken = 0
    private var threads = 0
    private var idle = 0
    private var isClosed = false

    init(threadsMax: Int) {
        self.threadsMax = threadsMax
        mutex = .allocate(capacity: 1)
        condition = .allocate(capacity: 1)
        pthread_mutex_init(mutex, nil)
        pthread_cond_init(condition, nil)
    }

    deinit {
        pthread_cond_destroy(condition)
        pthread_mutex_destroy(mutex)
        condition.deallocate()
        mutex.deallocate()
    }

    func add(_ job: @escaping @Sendable () -> Void) {
        pthread_mutex_lock(mutex)
        jobs.append(job)
        let needsThread = idle < jobs.count - taken && threads < threadsMax
        if needsThread { threads += 1 }
        pthread_cond_signal(condition)
        pthread_mutex_unlock(mutex)
        if needsThread { startThread() }
    }

    func close() {
        pthread_mutex_lock(mutex)
        isClosed = true
        pthread_cond_broadcast(condition)
        pthread_mutex_unlock(mutex)
    }

    /// Without a further thread the work waits for the ones that run; without any, it is done here.
    private func startThread() {
        var thread = pthread_t()
        let context = Unmanaged.passRetained(self)
        if pthread_create(&thread, nil, runWorkQueue, context.toOpaque()) == 0 {
            pthread_detach(thread)
            return
        }
        context.release()
        pthread_mutex_lock(mutex)
        threads -= 1
        let isAlone = threads == 0
        pthread_mutex_unlock(mutex)
        if isAlone { while let job = next(waits: false) { job() } }
    }

    func run() {
        while let job = next(waits: true) { job() }
    }

    private func next(waits: Bool) -> (@Sendable () -> Void)? {
        pthread_mutex_lock(mutex)
        defer { pthread_mutex_unlock(mutex) }
        while taken == jobs.count {
            guard waits, !isClosed else { return nil }
            idle += 1
            pthread_cond_wait(condition, mutex)
            idle -= 1
        }
        let job = jobs[taken]
        taken += 1
        if taken == jobs.count {
            jobs.removeAll(keepingCapacity: true)
            taken = 0
        }
        return job
    }
}

private func runWorkQueue(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<WorkQueue>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
