import ArgumentParser
import Foundation
import Logging
import LynkEngine
import LynkServer

struct Serve: AsyncParsableCommand {
    enum Clock: String, ExpressibleByArgument, CaseIterable { case system, `operator` }

    static let configuration = CommandConfiguration(
        abstract: "Serves the tenants of a data directory over HTTPS until SIGTERM.",
        discussion: """
            The directory is created when it is not there. It belongs to one lynkd at a time.
            Logs go to standard error. A kill at any moment loses nothing that was acknowledged.
            """)

    @Option(help: "The data directory.")
    var data: String
    @Option(help: "The address to listen on.")
    var host = "127.0.0.1"
    @Option(help: "The port to listen on; 0 lets the system choose.")
    var port = 0
    @Option(help: "The server's certificate and its issuers, in PEM.")
    var certificate: String
    @Option(help: "The certificate's private key, in PEM.")
    var key: String
    @Option(
        help: """
            Where the hub's time comes from: system, or operator for replays, where it is what \
            PUT /v1/operator/clock last set.
            """)
    var clock = Clock.system
    @Option(
        help: """
            Days after which tombstones, conflicts and histories may be forgotten, once they are \
            in a backup.
            """)
    var floorAge = 90
    @Option(
        help: """
            Devices with an older schema than this get receipts for what they send, and no pages \
            until they are upgraded.
            """)
    var minimumSchema: UInt32 = 0
    @Option(help: "A file that the port is written to once connections are accepted.")
    var portFile: String?

    func validate() throws {
        guard (0...65_535).contains(port) else {
            throw ValidationError("--port must be from 0 to 65535")
        }
        guard (1...36_500).contains(floorAge) else {
            throw ValidationError("--floor-age must be from 1 to 36500")
        }
    }

    func run() async throws {
        try await Failure.reported {
            let logger = Logger(label: "lynkd") { StreamLogHandler.standardError(label: $0) }
            try FileManager.default.createDirectory(
                atPath: data, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            let lock = try DirectoryLock(directory: data)
            defer { withExtendedLifetime(lock) {} }
            let parts = try Composition.open(directory: data)
            let hubClock: any HubClock =
                clock == .operator ? OperatorHubClock() : SystemHubClock()
            var configuration = HubConfiguration(
                host: host, port: port, certificate: certificate, key: key)
            configuration.floorAgeMilliseconds = Int64(floorAge) * 24 * 3_600_000
            configuration.minimumSchema = minimumSchema
            configuration.operatorSocket = OperatorSocket.path(in: data)
            if configuration.operatorSocket == nil {
                logger.warning("the data directory's path is too long for lynkd backup's socket")
            }
            let server = HubServer(
                configuration: configuration,
                control: parts.control, tenants: parts.tenants, application: parts.application,
                clock: hubClock, logger: logger
            ) { [portFile] bound in
                logger.info("serving https on port \(bound)")
                if let portFile { Self.write(bound, to: portFile, logger) }
            }
            do {
                try await server.runUntilSignal()
            } catch {
                try? parts.tenants.closeAll()
                throw error
            }
            try parts.tenants.closeAll()
        }
    }

    /// In one step, so that a reader sees the whole number or no file.
    private static func write(_ port: Int, to file: String, _ logger: Logger) {
        do {
            try "\(port)\n".write(toFile: file, atomically: true, encoding: .utf8)
        } catch {
            logger.error("the port file cannot be written", metadata: ["error": "\(error)"])
        }
    }
}
