import LynkCore
import LynkEngine

/// Asks a hub whether anything changed since the replica's last checkpoint: a poll that has
/// nothing to do costs a few headers each way and no exchange (Protocol/05-exchange.md, X40).
struct HeadLook: Sendable {
    private static let answerBytesMax = 64 << 10

    let replica: any ReplicaStore
    let transport: any HTTPTransport
    let tokens: TokenSource
    let threads: BlockingThreads

    /// - Returns: `false` when only an exchange can tell: there is something to send, something
    ///   changed, or the hub does not answer this question.
    /// - Throws: ``Problem`` of the transport, or ``HubRefusal`` when the hub asks for a wait.
    func isUnchanged() async throws -> Bool {
        let replica = replica
        let standing = try await threads.run { (try replica.enrolment(), try replica.heldHead()) }
        guard let enrolment = standing.0, let held = standing.1 else { return false }
        let address = try HubAddress(enrolment.server).head(enrolment.principal.tenant)
        var cost = TransferStatistics()
        let token = try await tokens.token(for: enrolment, cost: &cost)
        let response = try await transport.send(
            HTTPRequest(
                .get, address,
                headers: [
                    HTTPHeader("If-None-Match", "\"\(held.text)\""),
                    HTTPHeader("Authorization", "Bearer \(token)"),
                ], responseBytesMax: Self.answerBytesMax))
        switch response.head.status {
        // Whatever stands between could say 304 of its own; the tag is this hub's.
        case 304: return response.head["etag"].map { $0 == "\"\(held.text)\"" } ?? false
        case 429, 503:
            throw HubRefusal(
                problem: ProblemDocument.problem(response.head, body: response.body),
                retryAfter: response.head.retryAfter)
        // A token, a revocation, an older hub: the exchange says the same in its own words.
        default: return false
        }
    }
}
