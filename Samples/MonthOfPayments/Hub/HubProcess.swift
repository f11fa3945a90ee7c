import Foundation
import Glibc
import LynkCore
import Synchronization

/// A real `lynkd serve` on loopback, which can be killed and started again on the same port.
final class HubProcess: Sendable {
    let address: String
    let certificateFile: String
    let dataDirectory: URL
    private let program: String
    private let keyFile: String
    private let logFile: URL
    private let port: UInt16
    private let child = Mutex<pid_t?>(nil)

    /// - Parameter certificates: a folder with `certificate.pem` and `key.pem`.
    init(program: String, certificates: URL, directory: URL) throws {
        self.program = program
        port = try Self.freePort()
        address = "https://localhost:\(port)"
        certificateFile = certificates.appendingPathComponent("certificate.pem").path
        keyFile = certificates.appendingPathComponent("key.pem").path
        dataDirectory = directory.appendingPathComponent("hub")
        logFile = directory.appendingPathComponent("lynkd.log")
    }

    /// Starts the process; it answers some time after.
    func start() throws {
        let pid = try Self.spawn(
            [
                program, "serve", "--data", dataDirectory.path, "--port", String(port),
                "--certificate", certificateFile, "--key", keyFile, "--clock", "operator",
            ], log: logFile.path)
        child.withLock { $0 = pid }
    }

    /// `kill -9`: nothing of what the process meant to write comes after this.
    func kill() {
        child.withLock { pid in
            guard let running = pid else { return }
            Glibc.kill(running, SIGKILL)
            var status: Int32 = 0
            waitpid(running, &status, 0)
            pid = nil
        }
    }

    /// Whether the process has ended by itself: its log says why.
    var hasEnded: Bool {
        child.withLock { pid in
            guard let running = pid else { return true }
            var status: Int32 = 0
            guard waitpid(running, &status, WNOHANG) == running else { return false }
            pid = nil
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
        process.arguments = ["operator-token", "--data", dataDirectory.path]
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

    /// A port of loopback that was free a moment ago.
    private static func freePort() throws -> UInt16 {
        let handle = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(handle) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = INADDR_LOOPBACK.bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let isBound = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(handle, $0, length) == 0 && getsockname(handle, $0, &length) == 0
            }
        }
        guard isBound else { throw Problem(.internalFailure, "no free port: \(errorText(errno))") }
        return UInt16(bigEndian: address.sin_port)
    }

    private static func errorText(_ code: Int32) -> String { String(cString: strerror(code)) }
}
