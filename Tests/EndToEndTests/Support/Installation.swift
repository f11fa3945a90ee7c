import Foundation
import Logging
import Lynk
import LynkPayments
import LynkServer

/// A hub with its files on disk, serving over TLS on loopback in this process.
struct Installation: Sendable {
    /// 2026-11-02 09:00 in India.
    static let start: Int64 = 1_793_590_200_000

    /// With a secret, so that the hub gives and judges codes.
    private static func payments() -> Payments {
        Payments(confirmation: ConfirmationSecret(bytes: [UInt8](repeating: 7, count: 32)))
    }

    let directory: String
    let address: String
    /// One connection pool for everybody: who speaks is told by the token alone.
    let transport: CurlTransport
    /// What commits are stamped with.
    let clock: OperatorHubClock
    /// What codes and tokens live by.
    let wall: OperatorHubClock
    let office: Office

    /// Runs a hub for the length of `body`.
    static func run(
        _ body: @escaping @Sendable (Installation) async throws -> Void
    ) async throws {
        let directory = "\(NSTemporaryDirectory())/lynk-end-to-end-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let certificate = try LoopbackCertificate.make(in: directory)
        try await serve(directory, certificate, body)
    }

    private static func serve(
        _ directory: String, _ certificate: LoopbackCertificate,
        _ body: @escaping @Sendable (Installation) async throws -> Void
    ) async throws {
        let control = try SQLiteControlStore(path: directory + "/control.sqlite")
        let payments = payments()
        let tenants = try SQLiteTenantDirectory(directory: directory, application: payments)
        let clock = OperatorHubClock(milliseconds: start)
        let wall = OperatorHubClock(milliseconds: start)
        let (ports, port) = AsyncStream<Int>.makeStream()
        let hub = HubServer(
            configuration: HubConfiguration(
                certificate: certificate.certificate, key: certificate.key),
            control: control, tenants: tenants, application: payments, clock: clock,
            wall: wall,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            onRunning: { port.yield($0) })
        let token = try OperatorKey(control).token
        let transport = try CurlTransport(CurlOptions(certificateFile: certificate.authority))
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { port.finish() }
                try await hub.run()
            }
            for await port in ports {
                let address = "https://127.0.0.1:\(port)"
                let running = Installation(
                    directory: directory, address: address, transport: transport, clock: clock,
                    wall: wall,
                    office: Office(address: address, token: token, transport: transport))
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

    /// Everything that the hub keeps of one tenant.
    func snapshot(of tenant: TenantID) throws -> Snapshot {
        try Snapshot(file: "\(directory)/tenants/\(tenant).sqlite")
    }

    /// Tenants, codes and devices.
    func controlSnapshot() throws -> Snapshot { try Snapshot(file: directory + "/control.sqlite") }
}
