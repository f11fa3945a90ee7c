import LynkCore
import LynkEngine
import LynkWire

/// Compares a replica's rows with the hub's after a checkpoint whose digest differs, and lets the
/// replica take the hub's (Protocol/07-integrity.md).
struct RowComparison: Sendable {
    /// Steps of one comparison; a sixteenth of the rows is left after each, so five find one row
    /// in a million.
    static let stepsMax = 16
    /// What one answer may expand to.
    static let answerBytesMax = 16 << 20

    let replica: any ReplicaStore
    let transport: any HTTPTransport
    let tokens: TokenSource
    let threads: BlockingThreads

    /// - Parameter cost: grows by what went over the network, also when it throws.
    /// - Returns: `nil` for a store that cannot compare.
    /// - Throws: ``Problem`` or ``HubRefusal``; what was repaired before stays.
    func run(_ cost: inout TransferStatistics) async throws -> RepairReport? {
        let replica = replica
        guard let enrolment = try await threads.run({ try replica.enrolment() }) else {
            throw Problem(.notEnrolled)
        }
        let address = try HubAddress(enrolment.server).verify(enrolment.principal.tenant)
        guard var ask = try await threads.run({ try replica.startRepair() }) else { return nil }
        for _ in 0..<Self.stepsMax {
            let token = try await tokens.token(for: enrolment, cost: &cost)
            let body = try await send(ask.encoded(), to: address, token: token, cost: &cost)
            let step = try await threads.run {
                let answer: VerifyAnswer
                do throws(WireError) {
                    answer = try VerifyAnswer.decode(body)
                } catch {
                    throw Problem(.responseInvalid, error.problem.detail)
                }
                return try replica.continueRepair(answer)
            }
            switch step {
            case .ask(let next): ask = next
            case .finished(let report): return report
            }
        }
        throw Problem(.responseInvalid, "the comparison does not come to an end")
    }

    private func send(
        _ body: [UInt8], to address: String, token: String, cost: inout TransferStatistics
    ) async throws -> [UInt8] {
        let request = HTTPRequest(
            .post, address,
            headers: [
                HTTPHeader("Content-Type", ExchangeReceiver.mediaType),
                HTTPHeader("Accept", ExchangeReceiver.mediaType),
                HTTPHeader("Accept-Encoding", "zstd"),
                HTTPHeader("Authorization", "Bearer \(token)"),
            ], body: body, responseBytesMax: Self.answerBytesMax)
        let response = try await transport.send(request)
        cost += response.transfer
        guard response.head.status == 200 else {
            throw HubRefusal(
                problem: ProblemDocument.problem(response.head, body: response.body),
                retryAfter: response.head.retryAfter)
        }
        guard response.head.mediaType == ExchangeReceiver.mediaType else {
            throw Problem(.responseInvalid, "the answer is no comparison")
        }
        guard response.head["content-encoding"]?.lowercased() == "zstd" else {
            return response.body
        }
        do throws(WireError) {
            return try Zstd.decompress(response.body, limit: Self.answerBytesMax)
        } catch {
            throw Problem(.responseInvalid, error.problem.detail)
        }
    }
}
