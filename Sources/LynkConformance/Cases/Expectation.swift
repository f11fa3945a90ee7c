import Foundation

/// What an answer must be, besides the laws that every answer keeps.
package struct Expectation: Sendable {
    package struct Receipt: Hashable, Sendable {
        package var disposition: String
        package var code: String?
        /// Nil where it may be a repeat or not.
        package var isRepeat: Bool? = false
    }
    /// Rows of a table that have these values, however they are called.
    package struct Found: Hashable, Sendable {
        package var table: UInt64
        package var fields: [String: JSONValue]
        package var count: Int64
    }
    /// A row that the device must have after the step.
    package struct Row: Hashable, Sendable {
        package var table: UInt64
        package var key: String
        package var fields: [String: JSONValue]
        package var isThere: Bool
    }

    package var status: Int64 = 200
    /// The problem code of an answer that is not 200.
    package var code: String?
    /// The problem code with which the welcome refuses the push.
    package var refusal: String?
    package var verdict: String?
    /// Nil where the case leaves them open.
    package var receipts: [Receipt]?
    package var rows: [Row] = []
    package var found: [Found] = []
    /// A text that the body or a header of a plain answer holds.
    package var contains: [String] = []
    /// The problem that stands in the place of the checkpoint.
    package var ending: String?
    /// Seconds by which the newest effective time is before the hub's time, give or take five.
    package var age: Int64?
    /// Every receipt has the effective time that was signed for its change set before (I20).
    package var isProven = false
    /// How many conflicts the answer tells (X16).
    package var conflicts: Int64?

    package var codes: [String] {
        let all = [code, refusal, ending] + (receipts ?? []).map(\.code)
        return all.compactMap { $0?.components(separatedBy: " or ") }.flatMap { $0 }
    }
}

extension Expectation {
    init(_ json: JSONValue, at path: String) throws(CaseProblem) {
        var members = try CaseMembers(json, at: path)
        code = try members.text("code")
        status = try members.number("status") ?? (code == nil ? 200 : 400)
        refusal = try members.text("refusal")
        verdict = try members.text("verdict")
        ending = try members.text("ending")
        age = try members.number("age")
        conflicts = try members.number("conflicts")
        isProven = try members.truth("proven") ?? false
        contains = try members.texts("contains") ?? []
        if let list = try members.list("receipts") {
            var found: [Receipt] = []
            for (index, one) in list.enumerated() {
                found.append(try Self.receipt(one, at: "\(path).receipts[\(index)]"))
            }
            receipts = found
        }
        for (index, one) in (try members.list("rows") ?? []).enumerated() {
            rows.append(try Self.row(one, at: "\(path).rows[\(index)]"))
        }
        for (index, one) in (try members.list("found") ?? []).enumerated() {
            found.append(try Self.found(one, at: "\(path).found[\(index)]"))
        }
        try members.end()
    }

    private static func found(_ json: JSONValue, at path: String) throws(CaseProblem) -> Found {
        var members = try CaseMembers(json, at: path)
        var fields = try members.object("fields")
        let found = Found(
            table: UInt64(max(0, try members.need("table", try members.number("table")))),
            fields: fields?.rest() ?? [:], count: try members.number("count") ?? 1)
        try members.end()
        return found
    }

    private static func receipt(
        _ json: JSONValue, at path: String
    ) throws(CaseProblem) -> Receipt {
        if case .string(let word) = json { return Receipt(disposition: word) }
        var members = try CaseMembers(json, at: path)
        var receipt = Receipt(
            disposition: try members.need("is", try members.text("is")),
            code: try members.text("code"))
        switch members.take("repeat") {
        case .string("either"): receipt.isRepeat = nil
        case .bool(let isRepeat): receipt.isRepeat = isRepeat
        case nil: break
        default:
            throw CaseProblem(.memberInvalid, path + ".repeat", "Write true, false or either.")
        }
        try members.end()
        return receipt
    }

    static func row(_ json: JSONValue, at path: String) throws(CaseProblem) -> Row {
        var members = try CaseMembers(json, at: path)
        var fields = try members.object("fields")
        let row = Row(
            table: UInt64(max(0, try members.number("table") ?? 7)),
            key: try members.need("key", try members.text("key")),
            fields: fields?.rest() ?? [:], isThere: try members.truth("there") ?? true)
        try members.end()
        return row
    }
}
