import Foundation
import Glibc
import LynkCore
import Synchronization

/// A real `lynkd serve` on loopback, which can be killed and started again on the same port.
final class HubProcess: Sendable {
    private struct State {
        var child: pid_t?
        /// 0 before the first start: then the system chooses one.
        var port = 0
    }

    let authorityFile: String
    private let program: String
    private let certificates: URL
    private let directory: URL
    private let state = Mutex(State())

    /// - Parameters:
    ///   - certificates: the folder that `lynkd certificate` wrote.
    ///   - directory: where the data directory and the log go.
    init(program: String, certificates: URL, directory: URL) {
        self.program = program
        self.certificates = certificates
        self.directory = directory
        authorityFile = certificates.appendingPathComponent("authority.pem").path
    }

    /// `https://localhost:port`, the same for all starts.
    var address: String { "https://localhost:\(state.withLock { $0.port })" }

    /// Starts the process and returns once it accepts connections.
    ///
    /// - Throws: ``Problem`` with the last lines of its log when it does not come up.
    func start() async throws {
        let portFile = directory.appendingPathComponent("port")
        try? FileManager.default.removeItem(at: portFile)
        let port = state.withLock { $0.port }
        let pid = try Self.spawn(
            [
                program, "serve", "--data", dataDirectory, "--port", String(port),
                "--certificate", certificates.appendingPathComponent("server.pem").path,
                "--key", certificates.appendingPathComponent("server.key").path,
                "--clock", "operator", "--port-file", portFile.path,
            ], log: logFile.path)
        state.withLock { $0.child = pid }
        for _ in 0..<3_000 {
            if let text = try? String(contentsOf: portFile, encoding: .utf8),
                let bound = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
            {
                state.withLock { $0.port = bound }
                return
            }
            if hasEnded { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Problem(.unreachable, "lynkd did not come up:\n\(lastWords)")
    }

    private var dataDirectory: String { directory.appendingPathComponent("data").path }
    private var logFile: URL { directory.appendingPathComponent("lynkd.log") }

    /// `kill -9`: nothing of what the process meant to write comes after this.
    func kill() {
        state.withLock { state in
            guard let running = state.child else { return }
            Glibc.kill(running, SIGKILL)
            var status: Int32 = 0
            waitpid(running, &status, 0)
            state.child = nil
        }
    }

    /// Whether the process has ended by itself: its log says why.
    private var hasEnded: Bool {
        state.withLock { state in
            guard let running = state.child else { return true }
            var status: Int32 = 0
            guard waitpid(running, &status, WNOHANG) == running else { return false }
            state.child = nil
            return true
        }
    }

    /// The last lines that the process wrote.
    var lastWords: String {
        let text = (try? String(contentsOf: logFile, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(12).joined(separator: "\n")
    }

    /// The token that `lynkd operator-token` prints for the data directory.
    func operatorToken() throws -> String {
        let process = Process()
        process.executableURL = URL(fileURLWithPath: program)
        process.arguments = ["operator-token", "--data", dataDirectory]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let bytes = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        let token = String(decoding: bytes, as: UTF8.self)
            .trimmingCharacters(in: .whitespacesAndNewlines)
        guard process.terminationStatus == 0, !token.isEmpty else {
            throw Problem(.tokenMissing, "lynkd operator-token printed none")
        }
        return token
    }

    private static func spawn(_ arguments: [String], log: String) throws -> pid_t {
        var actions = posix_spawn_file_actions_t()
        posix_spawn_file_actions_init(&actions)
        defer { posix_spawn_file_actions_destroy(&actions) }
        posix_spawn_file_actions_addopen(&actions, 1, log, O_WRONLY | O_CREAT | O_APPEND, 0o600)
        posix_spawn_file_actions_adddup2(&actions, 1, 2)
        let words = arguments.map { strdup($0) } + [nil]
        defer { words.forEach { free($0) } }
        var pid: pid_t = 0
        let status = posix_spawn(&pid, arguments[0], &actions, nil, words, environ)
        guard status == 0 else {
            throw Problem(.internalFailure, "cannot start \(arguments[0]): \(errorText(status))")
        }
        return pid
    }

    private static func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
}
