package import LynkCore
import LynkWire

/// A refusal as hubs send it: `application/problem+json` (RFC 9457) with our code as a member.
package enum ProblemDocument {
    package static let mediaType = "application/problem+json"

    /// What a non-2xx answer says.
    ///
    /// An answer without a problem of ours comes from something between: a proxy, a captive
    /// portal, a foreign server. It is told apart by its status alone.
    package static func problem(_ head: HTTPResponseHead, body: [UInt8]) -> Problem {
        if head.mediaType == mediaType, let document = try? JSONText(body),
            let text = document["code"]?.string
        {
            let detail = document["detail"]?.string ?? ""
            if let code = ProblemCode(rawValue: text) { return Problem(code, detail) }
            // A newer hub's code: keep its words, and judge by the status.
            return Problem(code(for: head.status), detail.isEmpty ? text : "\(text): \(detail)")
        }
        return Problem(
            foreignCode(for: head.status), "the server answered with status \(head.status)")
    }

    private static func code(for status: Int) -> ProblemCode {
        switch status {
        case 401: .tokenInvalid
        case 403: .forbidden
        case 404: .notFound
        case 413: .bodyTooLarge
        case 415: .mediaTypeUnsupported
        case 429, 503: .overloaded
        case 400..<500: .bodyMalformed
        default: .internalFailure
        }
    }

    private static func foreignCode(for status: Int) -> ProblemCode {
        switch status {
        case 429, 503: .overloaded
        case 502, 504: .unreachable
        default: .responseInvalid
        }
    }
}
