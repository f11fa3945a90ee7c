import HTTPTypes
import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine
import LynkWire
import NIOCore

/// `POST /v1/tenants/{tenant}/sync`: takes a device's change sets and answers with receipts, and
/// with pages of what the device does not have yet (Protocol/05-exchange.md).
struct SyncRoute: Sendable {
    /// An answer up to about this size goes out whole, with its length; a longer one is streamed.
    private static let bufferedBytesMax = 256 << 10

    let hub: Hub

    func add(to router: Router<HubRequestContext>) {
        router.post("/v1/tenants/:tenant/sync") { request, context in
            try await respond(to: request, context)
        }
    }

    private func respond(
        to request: Request, _ context: HubRequestContext
    ) async throws -> Response {
        let device = try await hub.authenticator.device(
            request, tenant: context.parameters.get("tenant"))
        let received = hub.clock.nowMilliseconds()
        let body = try await SyncBody(request)
        let (exchange, store) = try await hub.pool.run { [hub] in
            let exchange = try body.decoded()
            guard exchange.hello.device == device.principal.device else {
                throw Problem(.tokenInvalid, "the token is another device's than the hello")
            }
            guard let store = try hub.tenants.tenant(device.principal.tenant) else {
                throw Problem(.notFound)
            }
            return (exchange, store)
        }
        var answer: PushAnswer?
        if !exchange.changeSets.isEmpty {
            let push = Push(exchange, from: device, receivedMilliseconds: received)
            answer = try await hub.commits.push(push, to: store)
        }
        let (stream, head) = try await hub.pool.run { [answer] in
            var stream = try ExchangeStream(
                of: store, for: device.principal, hello: exchange.hello, answer: answer,
                nowMilliseconds: received)
            let head = try stream.next(bytes: Self.bufferedBytesMax)
            return (stream, head)
        }
        return stream.isFinished
            ? Self.whole(head, compressed: request.acceptsZstd)
            : SyncStreamBody(
                stream: stream, head: head, isCompressed: request.acceptsZstd, pool: hub.pool,
                context: context
            ).response
    }

    static let headers: HTTPFields = [
        .contentType: SyncBody.mediaType, .cacheControl: "no-store", .vary: "Accept-Encoding",
    ]

    private static func whole(_ frames: [UInt8], compressed: Bool) -> Response {
        var headers = headers
        var bytes = frames
        if compressed, let smaller = Zstd.compressedBody(frames) {
            bytes = smaller
            headers[.contentEncoding] = "zstd"
        }
        return Response(
            status: .ok, headers: headers, body: ResponseBody(byteBuffer: ByteBuffer(bytes: bytes)))
    }
}

extension Push {
    fileprivate init(
        _ exchange: SyncRequest, from device: DeviceRecord, receivedMilliseconds: Int64
    ) {
        self.init(
            principal: device.principal, lane: exchange.hello.lane, publicKey: device.publicKey,
            upload: exchange.hello.clock, receivedMilliseconds: receivedMilliseconds,
            work: .changeSets(exchange.changeSets, signature: exchange.signature))
    }
}
