import LynkCore
import LynkEngine
import LynkWire

/// One exchange with the hub: offer, send, and take the answer in as it arrives.
struct Exchange: Sendable {
    /// What an exchange leaves to do.
    struct Outcome: Sendable {
        let report: SyncReport
        /// The outbox holds more than this push could carry.
        let hasMore: Bool
        /// The replica has something to send that it did not have before the answer.
        let mustReturn: Bool
        /// Why the hub took nothing of the push.
        let refusal: Problem?
        /// The mode that was asked for: an answer is live only when nothing is left to push.
        let mode: PullMode
        /// Snapshots to fetch before the pull goes on; then nothing was pulled.
        let offers: [SnapshotOffer]
        /// There was no checkpoint (X7): the next exchange goes on from what has come.
        let isCutShort: Bool
    }

    let replica: any ReplicaStore
    let transport: any HTTPTransport
    let tokens: TokenSource
    let threads: BlockingThreads
    let responseBytesMax: Int
    let sessions = SessionKeeper()
    let watcher: ExchangeWatcher

    /// - Parameters:
    ///   - mode: what to ask for; `once` is asked for all the same while more is to be pushed.
    ///   - snapshotRows: see ``Hello/snapshotRowsMin``.
    ///   - cost: grows by what went over the network, also when it throws.
    ///   - interruption: ends a live answer between two checkpoints when it is raised.
    /// - Throws: ``Problem``, ``HubRefusal`` or `CancellationError`. Whatever was stored stays, and
    ///   the next exchange goes on from there.
    func run(
        _ mode: PullMode = .once, snapshotRows: Int64 = 0, _ cost: inout TransferStatistics,
        until interruption: WakeSignal? = nil
    ) async throws -> Outcome {
        let replica = replica
        guard let enrolment = try await threads.run({ try replica.enrolment() }) else {
            throw Problem(.notEnrolled)
        }
        let offer = try await threads.run { try replica.offer() }
        let exchange = Attempt(
            offer: offer,
            hello: offer.hello.asking(
                offer.hasMore ? .once : mode, snapshotRows: snapshotRows),
            enrolment: enrolment, interruption: interruption)
        var mayRenewToken = true
        while true {
            let token = try await tokens.token(for: enrolment, cost: &cost)
            do {
                return try await send(exchange, token: token, cost: &cost)
            } catch let refusal as HubRefusal {
                if refusal.problem.code == .sessionUnknown, sessions.session != nil {
                    sessions.forget()
                } else if refusal.concernsToken, mayRenewToken {
                    tokens.discard(token)
                    mayRenewToken = false
                } else {
                    throw refusal
                }
            }
        }
    }

    private struct Attempt: Sendable {
        let offer: ExchangeOffer
        let hello: Hello
        let enrolment: Enrolment
        let interruption: WakeSignal?
        /// No pages for this program, but receipts: the rest of the outbox is pushed at once.
        func goesOn(after error: any Error, _ report: SyncReport) -> Bool {
            let isOld = (error as? Problem)?.code == .upgradeRequired
            return isOld && offer.hasMore && report.receiptsTotal > 0
        }
    }

    /// The request, short when the session allows it.
    private func request(for attempt: Attempt) throws -> (HTTPRequest, SentRequest) {
        let address = try HubAddress(attempt.enrolment.server)
        let tenant = attempt.enrolment.principal.tenant
        let (offer, hello) = (attempt.offer, attempt.hello)
        let changeSets = offer.changeSets.map(\.bytes)
        var resumed: ResumedExchange?
        var body: [UInt8]?
        if let session = sessions.session {
            body = SyncRequest.encode(
                resuming: session, hello: hello, changeSets: changeSets,
                signature: offer.signature)
            if body != nil {
                resumed = ResumedExchange(
                    session: session, wallMilliseconds: hello.clock.wallMilliseconds,
                    offered: offer.changeSets.map(\.oid))
            }
        }
        let bytes =
            body
            ?? SyncRequest.encode(
                hello: hello, changeSets: changeSets, signature: offer.signature)
        var headers = [
            HTTPHeader("Content-Type", ExchangeReceiver.mediaType),
            HTTPHeader("Accept", ExchangeReceiver.mediaType),
            HTTPHeader("Accept-Encoding", "zstd"),
        ]
        let compressed = Zstd.compressedBody(bytes)
        if compressed != nil { headers.append(HTTPHeader("Content-Encoding", "zstd")) }
        return (
            HTTPRequest(.post, address.sync(tenant), headers: headers, body: compressed ?? bytes),
            SentRequest(tenant: tenant, hello: hello, resumed: resumed)
        )
    }

    private func send(
        _ attempt: Attempt, token: String, cost: inout TransferStatistics
    ) async throws -> Outcome {
        var (authorized, sent) = try request(for: attempt)
        authorized.headers.append(HTTPHeader("Authorization", "Bearer \(token)"))
        authorized.responseBytesMax = responseBytesMax
        let stream = ResponseStream()
        let receiver = ExchangeReceiver(
            replica: replica, bytesMax: responseBytesMax, sent: sent, sessions: sessions,
            watcher: watcher)
        let watching = attempt.interruption.map { signal in
            Task {
                await signal.wait()
                stream.interrupt()
            }
        }
        defer { watching?.cancel() }
        async let sending = deliver(authorized, to: stream)
        var refused: [UInt8] = []
        do {
            while let batch = await stream.next(unlessInterrupted: receiver.isCaughtUp) {
                if batch.head.status == 200 {
                    watcher.answered()
                    try await threads.run { try receiver.take(batch.chunks, of: batch.head) }
                    // A live answer would go on while the replica knows what to send instead.
                    if receiver.isCaughtUp, receiver.hasReasonToLeave { break }
                } else {
                    refused += batch.chunks.joined().prefix(Self.problemBytesMax - refused.count)
                }
            }
        } catch {
            stream.abandon()
            // Nobody knows what the hub has of this exchange: the next one says it in full.
            sessions.forget()
            let goesOn = attempt.goesOn(after: error, receiver.report)
            if goesOn || receiver.isCutShort { return outcome(receiver, attempt) }
            // The transfer's cost is lost with it; the transport's own statistics have it.
            throw error
        }
        if !stream.isFinished {
            // Interrupted between two checkpoints. Leaving this scope cancels the transfer.
            stream.abandon()
            try Task.checkCancellation()
            return outcome(receiver, attempt)
        }
        let response = try await sending
        cost += response.transfer
        guard response.head.status == 200 else {
            throw HubRefusal(
                problem: ProblemDocument.problem(response.head, body: refused),
                retryAfter: response.head.retryAfter)
        }
        try await threads.run { try receiver.finish(response.head) }
        return outcome(receiver, attempt)
    }

    private func outcome(_ receiver: ExchangeReceiver, _ attempt: Attempt) -> Outcome {
        var report = receiver.report
        report.exchanges = 1
        return Outcome(
            report: report, hasMore: attempt.offer.hasMore, mustReturn: receiver.hasMore,
            refusal: receiver.refusal, mode: attempt.hello.mode, offers: receiver.offers,
            isCutShort: receiver.isCutShort)
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
