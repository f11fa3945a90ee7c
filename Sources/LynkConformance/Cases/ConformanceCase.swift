import Foundation

/// One case of the kit: what is done to the implementation under test, and what must follow.
package struct ConformanceCase: Sendable {
    package enum Level: String, CaseIterable, Sendable { case L0, L1, L2, L3, L4, L5 }
    package enum Strength: String, CaseIterable, Sendable {
        case must = "MUST"
        case should = "SHOULD"
        case may = "MAY"
    }
    package enum Role: String, CaseIterable, Sendable { case server, client, both }
    package enum Phase: String, CaseIterable, Sendable {
        case transport, access, decode, accept, apply
    }
    /// How the implementation must refuse: where, and with which problem code.
    package struct Negative: Hashable, Sendable {
        package let phase: Phase
        package let code: String
    }

    /// Never reused: a changed expectation is a new id.
    package let id: String
    package let title: String
    /// The book's rules that it holds an implementation to.
    package let rules: [String]
    package let level: Level
    package let strength: Strength
    package let role: Role
    /// What an implementation may lack; then the case is unsupported, never passed.
    package let features: [String]
    /// In the quick run.
    package let isQuick: Bool
    package let steps: [CaseStep]
    package let negative: Negative?

    /// `framing` of `LYNK-FRAMING-001`.
    package var section: String {
        id.split(separator: "-").dropFirst().dropLast().joined(separator: "-").lowercased()
    }

    /// Every problem code that the case expects somewhere.
    package var codes: Set<String> {
        var found = Set(steps.flatMap(\.expect.codes))
        for step in steps {
            guard case .client(let client) = step.action, let code = client.expect.code else {
                continue
            }
            found.formUnion(code.components(separatedBy: " or "))
        }
        if let negative { found.insert(negative.code) }
        return found
    }
}

extension ConformanceCase {
    /// Reads a case; refuses what the format does not name.
    package init(_ json: JSONValue) throws(CaseProblem) {
        var members = try CaseMembers(json, at: "case")
        _ = members.take("$schema")
        id = try members.need("id", try members.text("id"))
        title = try members.need("title", try members.text("title"))
        rules = try members.need("rules", try members.texts("rules"))
        level = try Self.word(&members, "level")
        strength = try Self.word(&members, "strength")
        role = try Self.word(&members, "role")
        features = try members.texts("features") ?? []
        isQuick = try members.truth("quick") ?? true
        if var negative = try members.object("negative") {
            self.negative = Negative(
                phase: try Self.word(&negative, "phase"),
                code: try negative.need("code", try negative.text("code")))
            try negative.end()
        } else {
            negative = nil
        }
        let list = try members.need("steps", try members.list("steps"))
        var steps: [CaseStep] = []
        for (index, step) in list.enumerated() {
            steps.append(try CaseStep(step, at: "case.steps[\(index)]"))
        }
        self.steps = steps
        try members.end()
        guard Self.isWellFormed(id: id) else {
            throw CaseProblem(.memberInvalid, "case.id", "Write it as LYNK-FRAMING-001.")
        }
        guard !rules.isEmpty, !steps.isEmpty else {
            throw CaseProblem(.memberInvalid, "case", "Name one rule and one step at least.")
        }
    }

    private static func isWellFormed(id: String) -> Bool {
        let parts = id.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count >= 3, parts[0] == "LYNK", let number = parts.last else { return false }
        return number.count == 3 && number.allSatisfy(\.isNumber)
            && parts.dropFirst().dropLast().allSatisfy { !$0.isEmpty && $0.allSatisfy(\.isLetter) }
            && id == id.uppercased()
    }

    static func word<Word: RawRepresentable & CaseIterable>(
        _ members: inout CaseMembers, _ name: String
    ) throws(CaseProblem) -> Word where Word.RawValue == String {
        let text = try members.need(name, try members.text(name))
        guard let word = Word(rawValue: text) else {
            let known = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw CaseProblem(.memberInvalid, members.path + "." + name, "Write one of \(known).")
        }
        return word
    }
}
