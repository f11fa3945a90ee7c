import CProcess
import Foundation
import Glibc
import LynkCore
import Synchronization

/// A process that this program started, and that it ends by its number.
final class ChildProcess: Sendable {
    /// How a process ended.
    enum Ending: Hashable, Sendable {
        case exit(Int32)
        case signal(Int32)
    }

    /// Where what it prints goes.
    enum Output {
        case file(String)
        /// Copied to the file by this program: a limit on the child's files does not touch it.
        case copied(to: String)
    }

    let pid: pid_t
    private let ending = Mutex<Ending?>(nil)
    /// Signalled once what it printed is copied.
    private let copied: DispatchSemaphore?

    /// Every child that runs, for the case that this program is told to end.
    static let running = Mutex<Set<pid_t>>([])

    /// - Throws: ``Problem`` `internal_failure` when the system cannot start it.
    init(_ arguments: [String], output: Output, errors: String) throws {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        var ends: [Int32] = [-1, -1]
        var target: String?
        switch output {
        case .file(let path):
            posix_spawn_file_actions_addopen(
                &actions, 1, path, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        case .copied(let path):
            guard lynk_pipe(&ends) == 0 else { throw Self.failure("pipe") }
            posix_spawn_file_actions_adddup2(&actions, ends[1], 1)
            target = path
        }
        posix_spawn_file_actions_addopen(&actions, 2, errors, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        let words = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var child: pid_t = 0
        let status = posix_spawn(&child, arguments[0], &actions, nil, words, environ)
        if ends[1] >= 0 { close(ends[1]) }
        guard status == 0 else {
            if ends[0] >= 0 { close(ends[0]) }
            throw Problem(
                .internalFailure,
                "cannot start \(arguments[0]): \(String(cString: strerror(status)))")
        }
        pid = child
        Self.running.withLock { _ = $0.insert(child) }
        let source = ends[0]
        copied = target.map { path in
            let copied = DispatchSemaphore(value: 0)
            Thread {
                Self.copy(source, to: path)
                copied.signal()
            }.start()
            return copied
        }
    }

    private static func failure(_ call: String) -> Problem {
        Problem(.internalFailure, "\(call): \(String(cString: strerror(errno)))")
    }

    private static func copy(_ source: Int32, to path: String) {
        defer { close(source) }
        let file = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o600)
        guard file >= 0 else { return }
        defer { close(file) }
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            let count = read(source, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            var written = 0
            while written < count {
                let part = buffer.withUnsafeBytes {
                    write(file, $0.baseAddress?.advanced(by: written), count - written)
                }
                guard part > 0 else { return }
                written += part
            }
        }
    }

    /// How it ended; `nil` while it runs.
    func poll() -> Ending? {
        let known = ending.withLock { ending -> Ending? in
            if let ending { return ending }
            var status: Int32 = 0
            guard waitpid(pid, &status, WNOHANG) == pid else { return nil }
            let signal = status & 0x7f
            ending = signal == 0 ? .exit((status >> 8) & 0xff) : .signal(signal)
            return ending
        }
        if known != nil { _ = Self.running.withLock { $0.remove(pid) } }
        return known
    }

    /// Waits for its end and for the last of what it printed.
    ///
    /// - Returns: `nil` when the time is over and it still runs.
    func wait(seconds: Double) async throws -> Ending? {
        let deadline = Moment.now + Int64(seconds * 1e9)
        while true {
            if let ending = poll() {
                finishCopy()
                return ending
            }
            guard Moment.now < deadline else { return nil }
            try await Task.sleep(for: .milliseconds(5))
        }
    }

    private func finishCopy() {
        copied?.wait()
        // For whoever asks again.
        copied?.signal()
    }

    func signal(_ number: Int32) {
        ending.withLock { ending in
            // Once it was waited for, its number may be another's.
            if ending == nil { Glibc.kill(pid, number) }
        }
    }

    /// `kill -9`, and waits for the end.
    func kill() {
        signal(SIGKILL)
        while poll() == nil { usleep(1_000) }
        finishCopy()
    }

    /// Stops it, and returns once no thread of it runs.
    func pause() {
        signal(SIGSTOP)
        for _ in 0..<2_000 {
            if poll() != nil || isStopped { return }
            usleep(500)
        }
    }

    func resume() { signal(SIGCONT) }

    private var isStopped: Bool {
        let tasks = "/proc/\(pid)/task"
        let numbers = (try? FileManager.default.contentsOfDirectory(atPath: tasks)) ?? []
        return numbers.allSatisfy { number in
            guard let bytes = FileManager.default.contents(atPath: "\(tasks)/\(number)/stat"),
                let close = bytes.lastIndex(of: UInt8(ascii: ")")), close + 2 < bytes.count
            else { return true }
            return [UInt8(ascii: "T"), UInt8(ascii: "Z"), UInt8(ascii: "X")]
                .contains(bytes[close + 2])
        }
    }

    /// The largest file that it may write from now on; `nil` lifts the limit.
    func limitFiles(to bytes: UInt64?) {
        _ = lynk_limit_files(pid, bytes ?? .max)
    }

    static func killAll() {
        for pid in running.withLock({ $0 }) { Glibc.kill(pid, SIGKILL) }
    }
}

/// The clock that all processes of this machine share.
enum Moment {
    /// Nanoseconds.
    static var now: Int64 {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Int64(time.tv_sec) * 1_000_000_000 + Int64(time.tv_nsec)
    }
}
