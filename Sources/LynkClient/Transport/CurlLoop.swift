import CCurl
import CCurlShim
import Glibc
import LynkCore
import Synchronization

/// The thread behind a ``CurlEngine``: takes commands, drives libcurl, answers tasks.
///
/// `@unchecked Sendable`: `multi` may be used from any thread for `curl_multi_wakeup` alone; the
/// fields under "the thread's own" are touched by the thread only.
final class CurlLoop: @unchecked Sendable {
    private enum Command {
        case submit(CurlTransfer)
        case cancel(UInt64)
        case resume(UInt64)
        case stop
    }

    private struct Inbox {
        var commands: [Command] = []
        var isStopped = false
    }

    private struct Running {
        let handle: UnsafeMutableRawPointer
        let transfer: CurlTransfer
    }

    private let options: CurlOptions
    private let noProxy: String
    private let multi: UnsafeMutableRawPointer
    // Bounded by the callers: each waits for its one transfer.
    private let inbox = Mutex(Inbox())
    private let totals = Mutex(TransferStatistics())
    private let lastID = Atomic<UInt64>(0)

    // The thread's own.
    private var running: [UInt64: Running] = [:]
    private var ids: [UnsafeMutableRawPointer: UInt64] = [:]
    private var spare: [UnsafeMutableRawPointer] = []
    private static let spareMax = 16

    init(_ options: CurlOptions) throws {
        _ = Self.isLibraryReady
        guard let multi = curl_multi_init() else {
            throw Problem(.internalFailure, "libcurl has no memory")
        }
        self.options = options
        self.multi = multi
        _ = ccurl_multi_set_long(multi, CURLMOPT_MAXCONNECTS, options.connectionsMax)
        let environment = getenv("no_proxy") ?? getenv("NO_PROXY")
        let configured = environment.map { String(cString: $0) + "," } ?? ""
        noProxy = configured + "localhost,127.0.0.1,::1"
    }

    /// Global start-up, once per process.
    private static let isLibraryReady = curl_global_init(Int(CURL_GLOBAL_DEFAULT)) == CURLE_OK

    var statistics: TransferStatistics { totals.withLock { $0 } }

    func nextTransferID() -> UInt64 { lastID.add(1, ordering: .relaxed).newValue }

    /// - Throws: ``Problem`` when no thread can be had.
    func start(on threads: CurlThreads) throws {
        do {
            try threads.start(self)
        } catch {
            close()
            throw error
        }
    }

    // MARK: From any thread

    func submit(_ transfer: CurlTransfer) {
        if !post(.submit(transfer)) {
            transfer.finish(throwing: Problem(.unreachable, "the transport was closed"))
        }
    }

    func cancel(_ id: UInt64) { post(.cancel(id)) }
    func resume(_ id: UInt64) { post(.resume(id)) }
    func stop() { post(.stop) }

    /// The wake-up happens under the lock, so the thread cannot free `multi` meanwhile.
    @discardableResult
    private func post(_ command: Command) -> Bool {
        inbox.withLock { inbox in
            if inbox.isStopped { return false }
            inbox.commands.append(command)
            curl_multi_wakeup(multi)
            return true
        }
    }

    // MARK: On the thread

    func run() {
        // OpenSSL writes to a closed connection with write(2): that is an error here, no signal.
        var broken = sigset_t()
        sigemptyset(&broken)
        sigaddset(&broken, SIGPIPE)
        pthread_sigmask(SIG_BLOCK, &broken, nil)
        var isStopping = false
        while !isStopping {
            let commands = inbox.withLock { inbox in
                defer { inbox.commands.removeAll(keepingCapacity: true) }
                return inbox.commands
            }
            for command in commands {
                switch command {
                case .submit(let transfer): begin(transfer)
                case .cancel(let id): end(id, with: .failure(CancellationError()))
                case .resume(let id): unpause(id)
                case .stop: isStopping = true
                }
            }
            var active: Int32 = 0
            curl_multi_perform(multi, &active)
            collectFinished()
            if !isStopping { curl_multi_poll(multi, nil, 0, 1000, nil) }
        }
        close()
    }

    private func begin(_ transfer: CurlTransfer) {
        guard let handle = spare.popLast() ?? curl_easy_init() else {
            transfer.finish(throwing: Problem(.internalFailure, "libcurl has no memory"))
            return
        }
        transfer.prepare(handle, options: options, noProxy: noProxy)
        running[transfer.id] = Running(handle: handle, transfer: transfer)
        ids[handle] = transfer.id
        curl_multi_add_handle(multi, handle)
    }

    private func collectFinished() {
        var handle: UnsafeMutableRawPointer?
        var code = CURLE_OK
        while ccurl_multi_next_done(multi, &handle, &code) != 0 {
            guard let handle, let id = ids[handle], let entry = running[id] else { continue }
            entry.transfer.count(handle)
            if entry.transfer.wantsRepeat(after: code) {
                // libcurl has dropped the broken connection. Repeats may share the next one: when
                // a hub restarts, hundreds of requests must not open hundreds of connections.
                curl_multi_remove_handle(multi, handle)
                curl_easy_reset(handle)
                entry.transfer.prepare(handle, options: options, noProxy: noProxy)
                curl_multi_add_handle(multi, handle)
            } else {
                end(id, with: .success(code))
            }
        }
    }

    /// Answers the task; a transfer that has ended already is not known any more.
    private func end(_ id: UInt64, with result: Result<CURLcode, any Error>) {
        guard let entry = running.removeValue(forKey: id) else { return }
        ids[entry.handle] = nil
        curl_multi_remove_handle(multi, entry.handle)
        // Counted first: whoever is answered may look at the totals at once.
        totals.withLock { $0 += entry.transfer.statistics }
        switch result {
        case .success(let code): entry.transfer.finish(code)
        case .failure(let error): entry.transfer.finish(throwing: error)
        }
        if spare.count < Self.spareMax {
            curl_easy_reset(entry.handle)
            spare.append(entry.handle)
        } else {
            curl_easy_cleanup(entry.handle)
        }
    }

    private func unpause(_ id: UInt64) {
        guard let entry = running[id] else { return }
        // 0 is CURLPAUSE_CONT, a macro that Swift does not import.
        curl_easy_pause(entry.handle, 0)
    }

    private func close() {
        let late = inbox.withLock { inbox in
            inbox.isStopped = true
            defer { inbox.commands = [] }
            return inbox.commands
        }
        let closed = Problem(.unreachable, "the transport was closed")
        for case .submit(let transfer) in late { transfer.finish(throwing: closed) }
        for id in running.keys.sorted() { end(id, with: .failure(closed)) }
        for handle in spare { curl_easy_cleanup(handle) }
        spare = []
        curl_multi_cleanup(multi)
    }
}
