import Foundation
import Glibc
import Lynk

/// A real `lynkd serve`: started, killed and started again on the same port, backed up, restored.
final class HubProgram {
    private let program: String
    private let certificates: URL
    private let folder: URL
    /// The data directory; on the small disk when the run has one.
    let data: URL
    private(set) var child: ChildProcess?
    private(set) var port = 0
    private(set) var isPaused = false
    /// The last whole backup.
    private(set) var backup: URL?
    /// A backup that may be whole although nobody was told: an older one must not be restored any
    /// more, because devices may have dropped what only this one has.
    private var isBackupInDoubt = false
    private var backups = 0
    private var lost = 0

    init(program: String, certificates: URL, folder: URL, data: URL) {
        self.program = program
        self.certificates = certificates
        self.folder = folder
        self.data = data
    }

    var authority: String { certificates.appendingPathComponent("authority.pem").path }
    private var log: String { folder.appendingPathComponent("lynkd.log").path }
    var isRestorable: Bool { backup != nil && !isBackupInDoubt }

    /// Starts it and waits until it takes connections.
    ///
    /// - Throws: ``Problem`` with its last words when it does not come up.
    func start() async throws {
        let portFile = folder.appendingPathComponent("port")
        try? FileManager.default.removeItem(at: portFile)
        let started = try ChildProcess(
            [
                program, "serve", "--data", data.path, "--port", String(port), "--certificate",
                certificates.appendingPathComponent("server.pem").path, "--key",
                certificates.appendingPathComponent("server.key").path, "--port-file",
                portFile.path,
            ], output: .file(log), errors: log)
        child = started
        isPaused = false
        for _ in 0..<3_000 {
            if let text = try? String(contentsOf: portFile, encoding: .utf8),
                let bound = Int(text.trimmingCharacters(in: .whitespacesAndNewlines))
            {
                port = bound
                return
            }
            if started.poll() != nil { break }
            try await Task.sleep(for: .milliseconds(10))
        }
        throw Problem(.unreachable, "lynkd did not come up:\n\(lastWords)")
    }

    var lastWords: String {
        let text = (try? String(contentsOfFile: log, encoding: .utf8)) ?? ""
        return text.split(separator: "\n").suffix(8).joined(separator: "\n")
    }

    func kill() {
        child?.kill()
        child = nil
        isPaused = false
    }

    func pause() {
        child?.pause()
        isPaused = child != nil
    }

    func resume() {
        child?.resume()
        isPaused = false
    }

    /// SIGTERM, as a service is stopped.
    func stop() async throws -> ChildProcess.Ending? {
        guard let child else { return nil }
        child.signal(SIGTERM)
        guard let ending = try await child.wait(seconds: 45) else {
            kill()
            return nil
        }
        self.child = nil
        return ending
    }

    func operatorToken() async throws -> String {
        let file = folder.appendingPathComponent("operator-token")
        try await tool(["operator-token", "--data", data.path], output: file.path, seconds: 20)
        return try String(contentsOf: file, encoding: .utf8)
            .trimmingCharacters(in: .whitespacesAndNewlines)
    }

    /// `lynkd backup` beside the running hub.
    ///
    /// - Returns: whether there is one more backup.
    func makeBackup() async throws -> Bool {
        backups += 1
        let target = folder.appendingPathComponent("backup-\(backups)")
        do {
            try await tool(
                ["backup", "--data", data.path, "--out", target.path],
                output: folder.appendingPathComponent("backup.log").path, seconds: 10)
        } catch {
            isBackupInDoubt = true
            return false
        }
        backup = target
        isBackupInDoubt = false
        return true
    }

    /// The disk is gone and the last backup takes its place; the hub must not run.
    func restore() async throws {
        guard let backup else { throw Problem(.notFound, "there is no backup") }
        lost += 1
        try FileManager.default.moveItem(
            at: data, to: data.deletingLastPathComponent().appendingPathComponent("lost-\(lost)"))
        try await tool(
            ["restore", "--from", backup.path, "--data", data.path],
            output: folder.appendingPathComponent("restore.log").path, seconds: 30)
    }

    private func tool(_ words: [String], output: String, seconds: Double) async throws {
        let tool = try ChildProcess([program] + words, output: .file(output), errors: log)
        guard let ending = try await tool.wait(seconds: seconds) else {
            tool.kill()
            throw Problem(.timedOut, "lynkd \(words[0]) took more than \(seconds) s")
        }
        guard ending == .exit(0) else {
            throw Problem(.internalFailure, "lynkd \(words[0]): \(ending)\n\(lastWords)")
        }
    }
}
