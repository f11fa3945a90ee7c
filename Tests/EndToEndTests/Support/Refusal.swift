import Foundation
import Lynk
import Testing

/// A problem document as it came over the wire (RFC 9457).
struct Refusal: Decodable, Hashable {
    let type: String
    let code: String
    let title: String
    let detail: String
    let status: Int
    let line: Int?
    let column: String?

    /// Expects a typed problem that says what to do, and gives it for a closer look.
    @discardableResult
    static func expect(
        _ answer: HTTPResponse, _ status: Int, _ code: ProblemCode, _ name: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws -> Refusal {
        let refusal = try JSONDecoder().decode(Refusal.self, from: Data(answer.body))
        #expect(
            answer.head.mediaType == "application/problem+json", "\(name)",
            sourceLocation: sourceLocation)
        #expect(answer.head.status == status, "\(name)", sourceLocation: sourceLocation)
        #expect(
            refusal
                == Refusal(
                    type: "urn:lynk:problem:\(code.rawValue)", code: code.rawValue,
                    title: code.remedy, detail: refusal.detail, status: status,
                    line: refusal.line, column: refusal.column),
            "\(name)", sourceLocation: sourceLocation)
        return refusal
    }
}
