import Foundation
import Hummingbird
import HummingbirdTLS
import Logging
import Lynk
import LynkEngine
import LynkServer
import LynkWire
import NIOSSL

/// A Lynk hub and the baseline's server, each on loopback over TLS, in this process.
struct BenchServers {
    let lynk: String
    let plain: String
    let authority: String
    let control: SQLiteControlStore
    let tenants: SQLiteTenantDirectory

    /// Runs `body` while both serve; they stop when it returns or throws.
    static func run(
        source: PlainTable, _ body: @escaping @Sendable (BenchServers) async throws -> Void
    ) async throws {
        let directory = Scratch.directory + "/servers"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        let certificate = try LoopbackCertificate.make(in: directory)
        let control = try SQLiteControlStore(path: directory + "/control.sqlite")
        let tenants = try SQLiteTenantDirectory(directory: directory, application: PaymentRows())
        var logger = Logger(label: "bench") { StreamLogHandler.standardError(label: $0) }
        logger.logLevel = .error
        let (lynkPorts, lynkPort) = AsyncStream<Int>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        let (plainPorts, plainPort) = AsyncStream<Int>.makeStream(
            bufferingPolicy: .bufferingNewest(1))
        let hub = HubServer(
            configuration: HubConfiguration(
                certificate: certificate.certificate, key: certificate.key),
            control: control, tenants: tenants, application: PaymentRows(), logger: logger
        ) { lynkPort.yield($0) }
        let baseline = try plainServer(source, certificate, logger) { plainPort.yield($0) }
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask { try await hub.run() }
            group.addTask { try await baseline.run() }
            var first = lynkPorts.makeAsyncIterator()
            var second = plainPorts.makeAsyncIterator()
            guard let one = await first.next(), let two = await second.next() else { return }
            let servers = BenchServers(
                lynk: "https://localhost:\(one)", plain: "https://localhost:\(two)",
                authority: certificate.authority, control: control, tenants: tenants)
            do { try await body(servers) } catch {
                group.cancelAll()
                throw error
            }
            group.cancelAll()
        }
        try tenants.closeAll()
    }

    private static func plainServer(
        _ source: PlainTable, _ certificate: LoopbackCertificate, _ logger: Logger,
        onPort: @escaping @Sendable (Int) -> Void
    ) throws -> some ApplicationProtocol {
        let router = Router()
        // The table is read by one request at a time: the bench asks in turn.
        nonisolated(unsafe) let source = source
        router.get("/plain") { _, _ in
            Response(
                status: .ok,
                body: ResponseBody { writer in
                    var chunks: [[UInt8]] = []
                    try PlainPipeline.encode(source) { chunks.append($0) }
                    for chunk in chunks { try await writer.write(ByteBuffer(bytes: chunk)) }
                    try await writer.finish(nil)
                })
        }
        var tls = TLSConfiguration.makeServerConfiguration(
            certificateChain: try NIOSSLCertificate.fromPEMFile(certificate.certificate)
                .map { .certificate($0) },
            privateKey: .privateKey(try NIOSSLPrivateKey(file: certificate.key, format: .pem)))
        tls.applicationProtocols = ["http/1.1"]
        return Application(
            router: router, server: try .tls(.http1(), tlsConfiguration: tls),
            configuration: .init(address: .hostname("127.0.0.1", port: 0)),
            onServerRunning: { onPort($0.localAddress?.port ?? 0) }, logger: logger)
    }
}
