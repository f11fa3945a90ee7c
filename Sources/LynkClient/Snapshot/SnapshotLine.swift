import LynkCore
import LynkEngine
import LynkWire

/// The two requests of a snapshot, and what is done about tokens.
struct SnapshotLine: Sendable {
    static let segmentType = "application/vnd.lynk.segment"
    private static let problemBytesMax = 64 << 10

    let address: HubAddress
    let enrolment: Enrolment
    let transport: any HTTPTransport
    let tokens: TokenSource

    /// The body of a scope's manifest; `nil` when the hub has none.
    ///
    /// - Throws: ``Problem`` of the transport; ``HubRefusal`` when the hub asks for a wait.
    func manifest(
        of scope: Scope, _ cost: inout TransferStatistics
    ) async throws -> [UInt8]? {
        let url = address.snapshot(enrolment.principal.tenant, of: scope)
        for _ in 0..<2 {
            let token = try await tokens.token(for: enrolment, cost: &cost)
            let response = try await transport.send(
                HTTPRequest(
                    .get, url,
                    headers: [
                        HTTPHeader("Accept", ExchangeReceiver.mediaType),
                        HTTPHeader("Authorization", "Bearer \(token)"),
                    ], responseBytesMax: SnapshotFetch.manifestBytesMax))
            cost += response.transfer
            if response.head.status == 200 {
                return response.head.mediaType == ExchangeReceiver.mediaType
                    ? response.body : nil
            }
            guard try isWorthAnotherToken(response.head, response.body, token) else { return nil }
        }
        return nil
    }

    /// Asks for a segment from an offset on.
    ///
    /// - Parameter take: is given the bytes in order as they arrive, and whether they are from the
    ///   segment's start on, whatever was asked for.
    /// - Returns: the status; bytes were given only with 200 and 206.
    /// - Throws: ``Problem`` of the transport, after all bytes that came were given;
    ///   `response_invalid` for another answer; ``HubRefusal`` when the hub asks for a wait.
    func read(
        _ segment: SnapshotSegment, from offset: Int, _ cost: inout TransferStatistics,
        take: (_ bytes: [UInt8], _ isFromStart: Bool) async throws -> Void
    ) async throws -> Int {
        var status = 0
        for _ in 0..<2 {
            let token = try await tokens.token(for: enrolment, cost: &cost)
            var headers = [
                HTTPHeader("Accept", Self.segmentType),
                HTTPHeader("Authorization", "Bearer \(token)"),
            ]
            if offset > 0 {
                headers.append(HTTPHeader("Range", "bytes=\(offset)-"))
                headers.append(HTTPHeader("If-Range", "\"\(segment.name)\""))
            }
            let request = HTTPRequest(
                .get, address.segment(enrolment.principal.tenant, segment.name),
                headers: headers, responseBytesMax: Limits.segmentBytesMax)
            let stream = ResponseStream()
            async let sending = deliver(request, to: stream)
            var refused: [UInt8] = []
            do {
                while let batch = await stream.next() {
                    let bytes = batch.chunks.flatMap { $0 }
                    switch batch.head.status {
                    case 200, 206:
                        try check(batch.head, offset)
                        try await take(bytes, batch.head.status == 200)
                    default: refused += bytes.prefix(Self.problemBytesMax - refused.count)
                    }
                }
            } catch {
                stream.abandon()
                throw error
            }
            let response = try await sending
            cost += response.transfer
            status = response.head.status
            if status == 200 || status == 206 { return status }
            guard try isWorthAnotherToken(response.head, refused, token) else { return status }
        }
        return status
    }

    /// A sign-in page also comes with status 200, and a proxy may answer another range.
    private func check(_ head: HTTPResponseHead, _ offset: Int) throws {
        let isRange = head["content-range"]?.hasPrefix("bytes \(offset)-") ?? false
        guard head.mediaType == Self.segmentType, head.status == 200 || isRange else {
            throw Problem(.responseInvalid, "the answer is no segment")
        }
    }

    private func isWorthAnotherToken(
        _ head: HTTPResponseHead, _ body: [UInt8], _ token: String
    ) throws -> Bool {
        let problem = ProblemDocument.problem(head, body: body)
        switch problem.code {
        case .overloaded, .storeBusy:
            throw HubRefusal(problem: problem, retryAfter: head.retryAfter)
        case .tokenExpired, .tokenInvalid:
            tokens.discard(token)
            return true
        default: return false
        }
    }

    private func deliver(
        _ request: HTTPRequest, to stream: ResponseStream
    ) async throws -> HTTPResponse {
        defer { stream.finish() }
        return try await transport.send(request) { try stream.receive($0) }
    }
}
