import HTTPTypes
import HummingbirdCore
import LynkCore

/// A problem as RFC 9457 `application/problem+json`.
struct ProblemResponse: Encodable {
    let type: String
    let code: String
    let title: String
    let detail: String
    let status: Int
    /// Where an imported file is wrong.
    let line: Int?
    let column: String?

    private let problemCode: ProblemCode

    private enum CodingKeys: String, CodingKey {
        case type, code, title, detail, status, line, column
    }

    init(_ problem: Problem, line: Int? = nil, column: String? = nil) {
        type = "urn:lynk:problem:\(problem.code.rawValue)"
        code = problem.code.rawValue
        title = problem.code.remedy
        detail = problem.detail
        status = problem.code.status.code
        self.line = line
        self.column = column
        problemCode = problem.code
    }

    init(_ problem: ImportProblem) {
        let place = "line \(problem.line), column \(problem.column)"
        self.init(
            Problem(.importInvalid, "\(place): \(problem.reason)"),
            line: problem.line, column: problem.column)
    }

    var response: Response {
        var response = Response.json(self, status: problemCode.status)
        response.headers[.contentType] = "application/problem+json"
        if let seconds = problemCode.retryAfterSeconds {
            response.headers[.retryAfter] = String(seconds)
        }
        if problemCode.status == .unauthorized {
            response.headers[.wwwAuthenticate] = "Bearer"
        }
        return response
    }
}
