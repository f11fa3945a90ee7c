import LynkCore
import LynkEngine
import LynkWire

/// One exchange with the hub: offer, send, and take the answer in as it arrives.
struct Exchange: Sendable {
    /// What an exchange that ended with a checkpoint leaves to do.
    struct Outcome: Sendable {
        let report: SyncReport
        /// The outbox holds more than this push could carry.
        let hasMore: Bool
        /// Why the hub took nothing of the push.
        let refusal: Problem?
    }

    let replica: any ReplicaStore
    let transport: any HTTPTransport
    let tokens: TokenSource
    let threads: BlockingThreads
    let responseBytesMax: Int
    /// Called once, when the hub has begun to answer.
    let onAnswer: @Sendable () -> Void

    /// - Parameter cost: grows by what went over the network, also when it throws.
    /// - Throws: ``Problem``, ``HubRefusal`` or `CancellationError`. Whatever was stored stays, and
    ///   the next exchange goes on from there.
    func run(_ cost: inout TransferStatistics) async throws -> Outcome {
        let replica = replica
        guard let enrolment = try await threads.run({ try replica.enrolment() }) else {
            throw Problem(.notEnrolled)
        }
        let (request, offer) = try await threads.run {
            let offer = try replica.offer()
            return (try Self.request(for: offer, enrolment), offer)
        }
        var isFirst = true
        while true {
            let token = try await tokens.token(for: enrolment, cost: &cost)
            do {
                return try await send(request, token: token, offer: offer, cost: &cost)
            } catch let refusal as HubRefusal where isFirst && refusal.concernsToken {
                tokens.discard(token)
                isFirst = false
            }
        }
    }

    private static func request(
        for offer: ExchangeOffer, _ enrolment: Enrolment
    ) throws -> HTTPRequest {
        let address = try HubAddress(enrolment.server)
        let body = SyncRequest.encode(
            hello: offer.hello, changeSets: offer.changeSets.map(\.bytes),
            signature: offer.signature)
        var headers = [
            HTTPHeader("Content-Type", ExchangeReceiver.mediaType),
            HTTPHeader("Accept", ExchangeReceiver.mediaType),
            HTTPHeader("Accept-Encoding", "zstd"),
        ]
        let compressed = Zstd.compressedBody(body)
        if compressed != nil { headers.append(HTTPHeader("Content-Encoding", "zstd")) }
        return HTTPRequest(
            .post, address.sync(enrolment.principal.tenant), headers: headers,
            body: compressed ?? body)
    }

    private func send(
        _ request: HTTPRequest, token: String, offer: ExchangeOffer,
        cost: inout TransferStatistics
    ) async throws -> Outcome {
        var authorized = request
        authorized.headers.append(HTTPHeader("Authorization", "Bearer \(token)"))
        authorized.responseBytesMax = responseBytesMax
        let stream = ResponseStream()
        let receiver = ExchangeReceiver(
            replica: replica, bytesMax: responseBytesMax, mode: offer.hello.mode)
        async let sending = deliver(authorized, to: stream)
        var refused: [UInt8] = []
        do {
            while let batch = await stream.next() {
                if batch.head.status == 200 {
                    onAnswer()
                    try await threads.run { try receiver.take(batch.chunks, of: batch.head) }
                } else {
                    refused += batch.chunks.joined().prefix(Self.problemBytesMax - refused.count)
                }
            }
        } catch {
            stream.abandon()
            // The transfer's cost is lost with it; the transport's own statistics have it.
            throw error
        }
        let response = try await sending
        cost += response.transfer
        guard response.head.status == 200 else {
            throw HubRefusal(
                problem: ProblemDocument.problem(response.head, body: refused),
                retryAfter: response.head.retryAfter)
        }
        try await threads.run { try receiver.finish(response.head) }
        var report = receiver.report
        report.exchanges = 1
        return Outcome(report: report, hasMore: offer.hasMore, refusal: receiver.refusal)
    }

    private static let problemBytesMax = 64 << 10

    private func deliver(
        _ request: HTTPRequest, to stream: ResponseStream
    ) async throws -> HTTPResponse {
        defer { stream.finish() }
        return try await transport.send(request) { try stream.receive($0) }
    }
}

extension HubRefusal {
    /// A new token may do.
    fileprivate var concernsToken: Bool {
        problem.code == .tokenExpired || problem.code == .tokenInvalid
    }
}
