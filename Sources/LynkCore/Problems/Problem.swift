/// A failure as a value: the code to match, the facts, and the mend.
public struct Problem: Error, Hashable, Sendable {
    public let code: ProblemCode
    /// The facts of this case, e.g. which line, which field. Never another tenant's data.
    public let detail: String

    public init(_ code: ProblemCode, _ detail: String = "") {
        self.code = code
        self.detail = detail
    }
}

extension Problem: CustomStringConvertible {
    public var description: String {
        detail.isEmpty
            ? "\(code.rawValue): \(code.remedy)" : "\(code.rawValue): \(detail). \(code.remedy)"
    }
}
