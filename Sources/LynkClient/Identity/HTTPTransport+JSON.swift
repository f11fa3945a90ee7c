import LynkCore
import LynkWire

extension HTTPTransport {
    /// Posts one JSON object and reads another.
    ///
    /// - Parameter cost: grows by what the call cost, also when it throws.
    /// - Throws: the hub's ``Problem``, or `response_invalid` for an answer that is not JSON.
    func post(
        _ object: JSONValue, to url: String, isIdempotent: Bool = true,
        cost: inout TransferStatistics
    ) async throws -> JSONText {
        let request = HTTPRequest(
            .post, url,
            headers: [
                HTTPHeader("Content-Type", "application/json"),
                HTTPHeader("Accept", "application/json"),
            ],
            body: object.encoded, isIdempotent: isIdempotent, responseBytesMax: 64 << 10)
        let response = try await send(request)
        cost += response.transfer
        guard (200..<300).contains(response.head.status) else {
            throw HubRefusal(
                problem: ProblemDocument.problem(response.head, body: response.body),
                retryAfter: response.head.retryAfter)
        }
        guard response.head.mediaType == "application/json",
            let value = try? JSONText(response.body)
        else {
            throw Problem(.responseInvalid, "\(url) answered without JSON")
        }
        return value
    }
}

/// A problem together with the wait that the hub asked for.
struct HubRefusal: Error {
    let problem: Problem
    let retryAfter: Duration?
}

extension Error {
    /// The error as a problem, when it is one.
    var asProblem: Problem? {
        switch self {
        case let refusal as HubRefusal: refusal.problem
        case let problem as Problem: problem
        default: nil
        }
    }
}
