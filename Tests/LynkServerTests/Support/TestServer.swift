import Foundation
import Logging
import LynkCore
import LynkEngine
import LynkServer
import LynkWire
import ServiceLifecycle

/// A server on a loopback port with stores in memory.
struct TestServer: Sendable {
    static let start: Int64 = 1_790_000_000_000

    let port: Int
    let authority: String
    let control: FakeControlStore
    let tenants: FakeTenantDirectory
    let wall: OperatorHubClock
    let clock: any HubClock
    let operatorToken: String

    /// Runs a server for the length of `body`, then stops it gracefully.
    static func run(
        clock: any HubClock = OperatorHubClock(milliseconds: start), resetFramesMax: Int = 2_000,
        beat: Duration = .seconds(20), socket: String? = nil,
        floor: Duration = .seconds(3_600), minimumSchema: UInt32 = 0,
        _ body: @escaping @Sendable (TestServer) async throws -> Void
    ) async throws {
        let directory = "\(NSTemporaryDirectory())/lynk-server-\(UUID().uuidString)"
        defer { try? FileManager.default.removeItem(atPath: directory) }
        let files = try LoopbackCertificate.make(in: directory)
        let (control, tenants) = (FakeControlStore(), FakeTenantDirectory())
        let wall = OperatorHubClock(milliseconds: start)
        var configuration = HubConfiguration(certificate: files.certificate, key: files.key)
        configuration.resetFramesMax = resetFramesMax
        configuration.liveBeatInterval = beat
        configuration.operatorSocket = socket
        configuration.floorInterval = floor
        configuration.minimumSchema = minimumSchema
        let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
        let (ports, port) = AsyncStream<Int>.makeStream()
        let server = HubServer(
            configuration: configuration, control: control, tenants: tenants,
            application: FakeApplication(), clock: clock, wall: wall, logger: logger,
            onRunning: { port.yield($0) })
        let group = ServiceGroup(configuration: .init(services: [server], logger: logger))
        try await withThrowingTaskGroup(of: Void.self) { tasks in
            tasks.addTask {
                defer { port.finish() }
                try await group.run()
            }
            for await port in ports {
                let running = TestServer(
                    port: port, authority: files.authority, control: control, tenants: tenants,
                    wall: wall, clock: clock, operatorToken: try OperatorKey(control).token)
                do {
                    try await body(running)
                } catch {
                    await group.triggerGracefulShutdown()
                    throw error
                }
                break
            }
            await group.triggerGracefulShutdown()
            try await tasks.waitForAll()
        }
    }

    func url(_ path: String) -> String { "https://127.0.0.1:\(port)\(path)" }

    func request(
        _ method: String, _ path: String, token: String? = nil, headers: [String] = [],
        body: [UInt8]? = nil, version: String = "--http2"
    ) async throws -> Answer {
        var headers = headers
        if let token { headers.append("Authorization: Bearer \(token)") }
        return try await Curl.request(
            method, url(path), authority: authority, headers: headers, body: body,
            version: version)
    }

    func post(_ path: String, _ json: String, token: String? = nil) async throws -> Answer {
        try await request("POST", path, token: token, body: Array(json.utf8))
    }

    func operate(_ method: String, _ path: String, _ body: String? = nil) async throws -> Answer {
        try await request(
            method, "/v1/operator/\(path)", token: operatorToken, body: body.map { Array($0.utf8) })
    }
}
