import ArgumentParser
import Foundation
import Lynk
import LynkPayments

/// Which replica a command works on.
struct ReplicaOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            "The replica's file. Without it, the environment's LYNK_REPLICA.", valueName: "file"))
    var replica: String?

    /// - Throws: a usage error when no file is named.
    func path() throws -> String {
        if let replica { return replica }
        if let named = ProcessInfo.processInfo.environment["LYNK_REPLICA"], !named.isEmpty {
            return named
        }
        throw ValidationError("Name the replica with --replica FILE or in LYNK_REPLICA.")
    }

    /// Opens the replica, or makes it.
    func openOrMake() throws -> Replica {
        try Replica(
            path: try path(), schema: Payments().schema, clock: SystemReplicaClock())
    }

    /// Opens a replica that is there, alone: a replica keeps its chain's head in memory, so two
    /// programs that write would fork it.
    ///
    /// - Throws: ``Problem`` `replica_locked` when another command has it for ten seconds.
    func openForWriting() throws -> Replica {
        try lock()
        return try open()
    }

    /// Held until the process ends, however it does.
    func lock() throws {
        let path = try path() + ".lock"
        let descriptor = Foundation.open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw Problem(.storeFailed, "\(path) cannot be opened") }
        for _ in 0..<100 {
            if flock(descriptor, LOCK_EX | LOCK_NB) == 0 { return }
            usleep(100_000)
        }
        throw Problem(.replicaLocked, path)
    }

    /// Opens a replica that is there.
    ///
    /// - Throws: ``Problem`` `not_enrolled` when there is no such file: a slip in the name must
    ///   not look like an empty replica.
    func open() throws -> Replica {
        let path = try path()
        guard FileManager.default.fileExists(atPath: path) else {
            throw Problem(.notEnrolled, "there is no replica \(path)")
        }
        return try openOrMake()
    }
}

/// How a command reaches the hub.
struct HubOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            Certificates to trust, in PEM, instead of the system's. Without it, the environment's \
            LYNK_CA.
            """, valueName: "file"))
    var ca: String?

    func transport() throws -> CurlTransport {
        let named = ca ?? ProcessInfo.processInfo.environment["LYNK_CA"]
        let file = named.flatMap { $0.isEmpty ? nil : $0 }
        if let file, !FileManager.default.isReadableFile(atPath: file) {
            throw Problem(.parameterInvalid, "the certificate file \(file) cannot be read")
        }
        return try CurlTransport(CurlOptions(certificateFile: file))
    }
}
