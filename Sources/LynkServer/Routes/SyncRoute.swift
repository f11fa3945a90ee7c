import HTTPTypes
import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine
import LynkWire

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
            let exchange = try body.decoded { id, position in
                hub.sessions.session(
                    id, at: position, nowMilliseconds: hub.wall.nowMilliseconds())
            }
            guard exchange.hello.device == device.principal.device else {
                throw Problem(.tokenInvalid, "the token is another device's than the hello")
            }
            // Tables have numbers: another application's would be read as this one's.
            guard exchange.hello.schemaName == hub.application.schema.name else {
                throw Problem(
                    .schemaUnknown,
                    "this hub serves the schema \(hub.application.schema.name)")
            }
            guard let store = try hub.tenants.tenant(device.principal.tenant) else {
                throw Problem(.notFound)
            }
            return (exchange, store)
        }
        var answer: PushAnswer?
        let hello = exchange.hello
        // Era records and proofs are stored too: what a restored hub learns from its devices.
        if !exchange.changeSets.isEmpty || !hello.eras.isEmpty || !hello.proofs.isEmpty {
            let push = Push(exchange, from: device, receivedMilliseconds: received)
            answer = try await hub.commits.push(push, to: store)
        }
        // The place is taken before the scan begins, so that no commit falls between the two.
        let live =
            exchange.hello.mode == .live && hub.served.refusal(of: exchange.hello) == nil
            ? hub.live.open(device.principal.tenant, device.principal.device) : nil
        if let live {
            // However the line ends: also before the first byte of the answer.
            context.channel.closeFuture.whenComplete { [hub] _ in
                live.end()
                hub.live.close(live)
            }
        }
        do {
            return try await answered(
                exchange, for: device.principal, in: store, answer, received, live,
                in: AnswerForm(body.answerForm, isCompressed: request.acceptsZstd), context)
        } catch {
            if let live { hub.live.close(live) }
            throw error
        }
    }

    private func answered(
        _ exchange: SyncRequest, for principal: Principal, in store: any TenantStore,
        _ answer: PushAnswer?, _ received: Int64, _ live: LiveStream?, in form: AnswerForm,
        _ context: HubRequestContext
    ) async throws -> Response {
        let (stream, head) = try await hub.pool.run { [answer] in
            var random = SystemRandomNumberGenerator()
            let session = (0..<Limits.sessionBytes).map { _ in
                UInt8.random(in: .min ... .max, using: &random)
            }
            var stream = try ExchangeStream(
                of: store, for: principal, request: exchange, answer: answer, session: session,
                served: hub.served, nowMilliseconds: received)
            let head = try stream.next(bytes: Self.bufferedBytesMax)
            return (stream, head)
        }
        guard stream.isFinished, live == nil else {
            return SyncStreamBody(
                stream: stream, head: head, form: form, hub: hub, context: context, live: live
            ).response
        }
        if let session = stream.sessionToKeep {
            hub.sessions.keep(session, nowMilliseconds: hub.wall.nowMilliseconds())
        }
        return try form.whole(head)
    }
}

extension Push {
    fileprivate init(
        _ exchange: SyncRequest, from device: DeviceRecord, receivedMilliseconds: Int64
    ) {
        self.init(
            principal: device.principal, lane: exchange.hello.lane, publicKey: device.publicKey,
            upload: exchange.hello.clock, receivedMilliseconds: receivedMilliseconds,
            work: .changeSets(exchange.changeSets, signature: exchange.signature),
            claims: PushClaims(exchange.hello))
    }
}
