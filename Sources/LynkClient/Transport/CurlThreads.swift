import CCurlShim
import Glibc
import LynkCore
import Synchronization

/// The threads that drive libcurl: each ends before the process frees what libcurl stands on.
///
/// OpenSSL frees its tables in a handler of `exit` (OPENSSL_cleanup(3)), and every thread that has
/// used it frees its own part of them as it ends. Where both happen at once, memory is freed twice
/// and the process ends with a signal instead of its status. So no thread is detached, and
/// ``endAll()`` runs, in the process's own set, before the handler of OpenSSL.
///
/// Isolation: any thread.
final class CurlThreads: Sendable {
    /// Those of the process. Handlers run in reverse order: this one is made after OpenSSL's,
    /// which `curl_global_init` makes, and so runs before it.
    static let shared: CurlThreads = {
        atexit { CurlThreads.shared.endAll() }
        return CurlThreads()
    }()

    private struct Entry {
        let thread: pthread_t
        let loop: CurlLoop
    }

    private struct State {
        var last: UInt64 = 0
        var running: [UInt64: Entry] = [:]
        /// They run no code of ours any more, but their destructors may still run.
        var ended: [pthread_t] = []
        var isOver = false
    }

    private let state = Mutex(State())
    /// How long ``endAll()`` waits for one thread, which a body handler may occupy.
    private static let secondsMax = 5

    /// What the system calls them; at most 15 bytes.
    fileprivate let name: String

    init(name: String = "lynk-curl") { self.name = name }

    /// How many have not ended yet.
    var count: Int { state.withLock { $0.running.count } }

    /// Runs a loop on a thread of its own until the loop is stopped.
    ///
    /// - Throws: ``Problem`` `internal_failure` when there is no thread, `unreachable` once
    ///   ``endAll()`` was called.
    func start(_ loop: CurlLoop) throws {
        let ended = try state.withLock { state in
            guard !state.isOver else { throw Problem(.unreachable, "the process is ending") }
            state.last += 1
            let body = Body(threads: self, id: state.last, loop: loop)
            var thread = pthread_t()
            let context = Unmanaged.passRetained(body)
            let result = pthread_create(&thread, nil, runCurlLoop, context.toOpaque())
            guard result == 0 else {
                context.release()
                throw Problem(.internalFailure, "no thread for libcurl (error \(result))")
            }
            state.running[state.last] = Entry(thread: thread, loop: loop)
            defer { state.ended = [] }
            return state.ended
        }
        for thread in ended { pthread_join(thread, nil) }
    }

    /// Stops every loop and waits until its thread is gone; a transfer on its way fails with
    /// `unreachable`. No loop can be started any more.
    func endAll() {
        let (running, ended) = state.withLock { state in
            state.isOver = true
            defer { state.ended = [] }
            return (Array(state.running.values), state.ended)
        }
        for entry in running { entry.loop.stop() }
        var threads = ended + running.map(\.thread)
        // A body handler may have ended the process: a thread cannot wait for itself.
        threads.removeAll { pthread_equal($0, pthread_self()) != 0 }
        var until = timespec()
        clock_gettime(CLOCK_REALTIME, &until)
        until.tv_sec += Self.secondsMax
        for thread in threads { _ = ccurl_thread_join(thread, &until) }
    }

    fileprivate func hasEnded(_ id: UInt64) {
        state.withLock { state in
            guard let entry = state.running.removeValue(forKey: id) else { return }
            // Once all are ended, whoever ends them has the thread already.
            if !state.isOver { state.ended.append(entry.thread) }
        }
    }

    fileprivate final class Body: Sendable {
        private let threads: CurlThreads
        private let id: UInt64
        private let loop: CurlLoop

        init(threads: CurlThreads, id: UInt64, loop: CurlLoop) {
            self.threads = threads
            self.id = id
            self.loop = loop
        }

        func run() {
            ccurl_thread_name(threads.name)
            loop.run()
            threads.hasEnded(id)
        }
    }
}

/// Takes over the reference that ``CurlThreads/start(_:)`` retained.
private func runCurlLoop(_ context: UnsafeMutableRawPointer?) -> UnsafeMutableRawPointer? {
    guard let context else { return nil }
    Unmanaged<CurlThreads.Body>.fromOpaque(context).takeRetainedValue().run()
    return nil
}
