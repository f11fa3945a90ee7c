import Checklists
import Foundation
import Logging
import Lynk
import LynkServer

/// A hub in this process: files in a directory, HTTPS on loopback, a clock that the day sets.
struct RunningHub: Sendable {
    let address: String
    let transport: CurlTransport
    let clock: OperatorHubClock
    let operatorClient: OperatorClient

    /// Serves for the length of `body`.
    static func run(
        in directory: String, startingAt milliseconds: Int64,
        _ body: @escaping @Sendable (RunningHub) async throws -> Void
    ) async throws {
        let certificate = try LoopbackCertificate.make(in: "\(directory)/tls")
        let control = try SQLiteControlStore(path: "\(directory)/control.sqlite")
        let tenants = try SQLiteTenantDirectory(
            directory: directory, application: Checklists())
        let clock = OperatorHubClock(milliseconds: milliseconds)
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = HubServer(
            configuration: HubConfiguration(
                certificate: certificate.certificate, key: certificate.key),
            control: control, tenants: tenants, application: Checklists(), clock: clock,
            logger: Logger(label: "checklists") { _ in SwiftLogNoOpLogHandler() },
            onRunning: { port.yield($0) })
        let token = try OperatorKey(control).token
        let transport = try CurlTransport(CurlOptions(certificateFile: certificate.authority))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { port.finish() }
                try await server.run()
            }
            for await port in ports {
                let address = "https://127.0.0.1:\(port)"
                let running = RunningHub(
                    address: address, transport: transport, clock: clock,
                    operatorClient: OperatorClient(
                        address: address, token: token, transport: transport))
                do {
                    try await body(running)
                } catch {
                    group.cancelAll()
                    throw error
                }
                break
            }
            group.cancelAll()
        }
        try tenants.closeAll()
    }
}
