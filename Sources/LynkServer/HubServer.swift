import Foundation
import Hummingbird
import HummingbirdCore
public import Logging
public import LynkCore
public import LynkEngine
import NIOCore
public import ServiceLifecycle
import UnixSignals

/// A hub on HTTP over TLS: HTTP/2 and HTTP/1.1 on one port.
///
/// It knows neither how tenants are stored nor what their rows mean; both are handed to it.
public struct HubServer: Service {
    private let configuration: HubConfiguration
    private let control: any ControlStore
    private let tenants: any TenantDirectory
    private let application: any LynkCore.Application
    private let clock: any HubClock
    private let wall: any HubClock
    private let logger: Logger
    private let onRunning: @Sendable (_ port: Int) async -> Void

    /// - Parameters:
    ///   - clock: what commits are stamped with; an ``OperatorHubClock`` adds the route that sets
    ///     it.
    ///   - wall: what codes, challenges and tokens live by.
    ///   - onRunning: told the port once connections are accepted.
    public init(
        configuration: HubConfiguration, control: any ControlStore,
        tenants: any TenantDirectory, application: any LynkCore.Application,
        clock: any HubClock = SystemHubClock(), wall: any HubClock = SystemHubClock(),
        logger: Logger, onRunning: @escaping @Sendable (_ port: Int) async -> Void = { _ in }
    ) {
        self.configuration = configuration
        self.control = control
        self.tenants = tenants
        self.application = application
        self.clock = clock
        self.wall = wall
        self.logger = logger
        self.onRunning = onRunning
    }

    /// Serves until a graceful shutdown: then takes no new connection, ends the running requests
    /// and commits what waits. The stores stay open; their owner closes them afterwards.
    ///
    /// - Throws: ``Problem`` for a certificate that cannot be used, an error for a port in use.
    public func run() async throws {
        let tls = try ServerTLS.context(
            certificate: configuration.certificate, key: configuration.key)
        let pool = BlockingPool(threads: configuration.readThreads)
        var bounds = LiveStreams.Bounds()
        bounds.countMax = configuration.liveStreamsMax
        let live = LiveStreams(bounds: bounds)
        let commits = CommitQueue(threads: configuration.commitThreads, logger: logger) {
            live.committed($0)
        }
        var shelf = SnapshotShelf.Bounds()
        shelf.countPerTenantMax = configuration.snapshotsPerTenantMax
        shelf.bytesPerTenantMax = configuration.snapshotBytesPerTenantMax
        let snapshots = SnapshotShelf(pool: pool, bounds: shelf)
        do {
            let hub = try await hub(pool, commits, live, snapshots)
            let server = HTTPServerBuilder { [configuration] in
                SecureChannel(
                    context: tls, resetFramesMax: configuration.resetFramesMax, responder: $0)
            }
            let serving = Hummingbird.Application(
                router: HubRouter.make(hub), server: server,
                configuration: ApplicationConfiguration(
                    address: .hostname(configuration.host, port: configuration.port),
                    availableConnectionsDelegate: MaximumAvailableConnections(
                        configuration.connectionsMax)),
                onServerRunning: { [onRunning] channel in
                    await onRunning(channel.localAddress?.port ?? 0)
                },
                logger: logger)
            try await serve(serving, hub)
        } catch {
            await commits.stop()
            await snapshots.stop()
            await pool.stop()
            throw error
        }
        await commits.stop()
        await snapshots.stop()
        await pool.stop()
    }

    /// Runs until SIGTERM or SIGINT.
    public func runUntilSignal() async throws {
        var group = ServiceGroupConfiguration(
            services: [self], gracefulShutdownSignals: [.sigterm, .sigint], logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(30)
        try await ServiceGroup(configuration: group).run()
    }

    /// Live responses would never end by themselves, so a shutdown ends them first.
    private func serve(
        _ serving: some ApplicationProtocol, _ hub: Hub
    ) async throws {
        try await withGracefulShutdownHandler {
            try await withThrowingTaskGroup(of: Void.self) { group in
                group.addTask { try await serving.run() }
                if let local = try localApplication(hub) {
                    group.addTask { try await local.run() }
                }
                group.addTask { await hub.live.run(every: configuration.liveBeatInterval) }
                group.addTask {
                    await FloorUpkeep(hub: hub).run(every: configuration.floorInterval)
                }
                defer { group.cancelAll() }
                // Beats and upkeep never end: what ends first is a server, stopped or failed.
                try await group.next()
                if localSocket != nil { try await group.next() }
            }
        } onGracefulShutdown: {
            hub.live.stop()
        }
        hub.live.stop()
    }

    private var localSocket: String? { configuration.operatorSocket }

    /// The same routes on the operator's socket. A hub that died leaves its socket behind, and
    /// the directory's lock says that it is dead.
    private func localApplication(
        _ hub: Hub
    ) throws -> Hummingbird.Application<RouterResponder<HubRequestContext>>? {
        guard let path = localSocket else { return nil }
        unlink(path)
        return Hummingbird.Application(
            router: HubRouter.make(hub),
            configuration: ApplicationConfiguration(address: .unixDomainSocket(path: path)),
            logger: logger)
    }

    private func hub(
        _ pool: BlockingPool, _ commits: CommitQueue, _ live: LiveStreams,
        _ snapshots: SnapshotShelf
    ) async throws -> Hub {
        let (secrets, operatorKey) = try await pool.run { [control] in
            (try HubSecrets(control), try OperatorKey(control))
        }
        return Hub(
            control: control, tenants: tenants, application: application, clock: clock,
            wall: wall, pool: pool, commits: commits, live: live,
            served: ServedVersions(minimumSchema: configuration.minimumSchema),
            floor: HubFloor(
                control: control, tenants: tenants,
                ageMilliseconds: configuration.floorAgeMilliseconds),
            snapshots: snapshots,
            authenticator: try await Authenticator(
                secrets: secrets, control: control, pool: pool, wall: wall),
            operatorKey: operatorKey, logger: logger)
    }
}
