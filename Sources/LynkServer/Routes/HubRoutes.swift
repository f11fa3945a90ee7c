import HTTPTypes
import Hummingbird
import HummingbirdCore
package import Logging
package import LynkCore
package import LynkEngine
package import NIOCore

/// The hub's addresses without a line: for who has requests from elsewhere than a socket.
package struct HubRoutes: Sendable {
    private let responder: RouterResponder<HubRequestContext>
    private let logger: Logger
    private let commits: CommitQueue
    private let snapshots: SnapshotShelf
    private let pool: BlockingPool
    /// What the operator sends.
    package let operatorToken: String

    /// - Parameter clock: what commits are stamped with, and what tokens live by.
    package init(
        control: any ControlStore, tenants: any TenantDirectory,
        application: any LynkCore.Application, clock: any HubClock, logger: Logger
    ) async throws {
        let pool = BlockingPool(threads: 1)
        let commits = CommitQueue(threads: 1, logger: logger)
        let snapshots = SnapshotShelf(pool: pool)
        let key = try OperatorKey(control)
        let hub = Hub(
            control: control, tenants: tenants, application: application, clock: clock,
            wall: clock, pool: pool, commits: commits, live: LiveStreams(),
            served: ServedVersions(minimumSchema: 0),
            floor: HubFloor(control: control, tenants: tenants), snapshots: snapshots,
            authenticator: try await Authenticator(
                secrets: try HubSecrets(control), control: control, pool: pool, wall: clock),
            operatorKey: key, logger: logger)
        responder = HubRouter.make(hub).buildResponder()
        operatorToken = key.token
        self.logger = logger
        self.commits = commits
        self.snapshots = snapshots
        self.pool = pool
    }

    /// The status of the answer and, up to a bound, its body; a live answer is left after its
    /// head.
    ///
    /// - Parameter headers: fields with a name or value that HTTP does not have are left out.
    package func answer(
        _ method: String, _ path: String, headers: [(name: String, value: String)],
        body: [UInt8], on channel: any Channel
    ) async throws -> (status: Int, body: [UInt8]) {
        var fields = HTTPFields()
        for header in headers {
            guard let name = HTTPField.Name(header.name), HTTPField.isValidValue(header.value)
            else { continue }
            fields.append(HTTPField(name: name, value: header.value))
        }
        let head = HTTPRequest(
            method: HTTPRequest.Method(method) ?? .get, scheme: "https", authority: "hub",
            path: path, headerFields: fields)
        let request = Request(head: head, body: RequestBody(buffer: ByteBuffer(bytes: body)))
        let context = HubRequestContext(
            source: ApplicationRequestContextSource(channel: channel, logger: logger))
        let response = try await responder.respond(to: request, context: context)
        guard response.body.contentLength != nil else { return (response.status.code, []) }
        let writer = BodyCollector()
        try await response.body.write(writer)
        return (response.status.code, await writer.bytes)
    }

    /// Ends the threads.
    package func stop() async {
        await commits.stop()
        await snapshots.stop()
        await pool.stop()
    }
}

/// Keeps the body of a whole answer.
private actor BodyCollector: ResponseBodyWriter {
    private(set) var bytes: [UInt8] = []

    func write(_ buffer: ByteBuffer) async throws { bytes += Array(buffer.readableBytesView) }

    nonisolated func finish(_ trailingHeaders: HTTPFields?) async throws {}
}
