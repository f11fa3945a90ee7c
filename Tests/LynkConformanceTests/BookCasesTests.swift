import Foundation
import Testing

@testable import LynkConformance

@Suite("The cases of the book")
struct BookCasesTests {
    private static let root = URL(filePath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

    private static func page(_ name: String) throws -> String {
        try String(contentsOf: root.appending(path: "Protocol/\(name)"), encoding: .utf8)
    }

    private static func cases() throws -> [ConformanceCase] {
        try CaseLoader.load(root.appending(path: "Protocol/Conformance/cases/v1").path)
    }

    /// Rules without a case: may only go down.
    private static let uncoveredRulesMax = 51

    private static func listed(_ name: String) throws -> Set<String> {
        Set(
            try page("Conformance/\(name)").split(separator: "\n")
                .filter { !$0.hasPrefix("#") }
                .compactMap { $0.split(separator: " ").first.map(String.init) })
    }

    private static func bookRules() throws -> Set<String> {
        let folder = root.appending(path: "Protocol")
        let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        var known: Set<String> = []
        for name in pages where name.hasSuffix(".md") {
            for line in try page(name).split(separator: "\n") where line.hasPrefix("### ") {
                known.insert(String(line.dropFirst(4).prefix { $0 != " " }))
            }
        }
        return known
    }

    @Test("every case reads, and every rule that one names is in the book")
    func rules() throws {
        let known = try Self.bookRules()
        let cases = try Self.cases()
        #expect(cases.count >= 400)
        for one in cases {
            #expect(known.isSuperset(of: one.rules), "\(one.id) names a rule that is not")
        }
    }

    @Test("every rule of the book is in a case, or listed with its reason, and the list shrinks")
    func uncoveredRules() throws {
        let used = Set(try Self.cases().flatMap(\.rules))
        let missing = try Self.bookRules().subtracting(used)
        let listed = try Self.listed("uncovered-rules.txt")
        #expect(missing == listed, "differ: \(missing.symmetricDifference(listed))")
        #expect(missing.count <= Self.uncoveredRulesMax)
    }

    @Test("every disposition, and every verdict but those that need a second hub, is in a case")
    func words() throws {
        let steps = try Self.cases().flatMap(\.steps)
        let judged = steps.flatMap { step -> [String] in
            guard case .client(let client) = step.action, case .hub(let hub) = client.action,
                case .array(let list)? = hub["judge"]
            else { return step.expect.receipts?.map(\.disposition) ?? [] }
            return list.compactMap { $0["is"]?.string }
        }
        let due: Set = ["accepted", "merged", "held", "rejected", "quarantined"]
        #expect(due.isSubset(of: judged.flatMap { $0.components(separatedBy: " or ") }))
        #expect(Set(steps.compactMap(\.expect.verdict)).isSuperset(of: ["gap", "fork"]))
    }

    @Test("the published table of lies has every lie that the kit knows, each seen by a case")
    func killRate() throws {
        let page = try Self.page("Conformance/KillRate.md")
        let ids = Set(try Self.cases().map(\.id))
        var told: [String: String] = [:]
        for line in page.split(separator: "\n") where line.hasPrefix("| `") {
            let cells = line.split(separator: "|").map { $0.trimmingCharacters(in: .whitespaces) }
            told[cells[0].trimmingCharacters(in: ["`"])] = cells[2]
        }
        #expect(Set(told.keys) == Set(Liar.all.map(\.name)))
        #expect(Liar.all.count >= 40 && Liar.all.count == Set(told.keys).count)
        for (lie, seenBy) in told { #expect(ids.contains(seenBy), "\(lie)") }
    }

    @Test("every merge policy of the application has a case")
    func policies() throws {
        let rules: [String: String] = ["lastWriter": "M3", "immutable": "M4", "lattice": "M7"]
        let schema = try Self.page("Schemas/payments.json")
        let words = schema.components(separatedBy: "\"policy\"").dropFirst().compactMap { part in
            part.components(separatedBy: "\"name\"").dropFirst().first?
                .split(separator: "\"").dropFirst().first.map(String.init)
        }
        let used = Set(try Self.cases().flatMap(\.rules))
        for policy in Set(words) {
            let rule = try #require(rules[policy], "name the rule of \(policy)")
            #expect(used.contains(rule))
        }
    }

    @Test("every problem code of the book is in a case, or listed as not yet or not a client's")
    func codes() throws {
        let book = Set(
            try Self.page("09-problems.md").split(separator: "\n").compactMap { line -> String? in
                guard line.hasPrefix("| `") else { return nil }
                return String(line.dropFirst(3).prefix { $0 != "`" })
            })
        let used = try Self.cases().reduce(into: Set<String>()) { $0.formUnion($1.codes) }
        #expect(used.isSubset(of: book), "\(used.subtracting(book)) are not in the book")
        let listed = try Self.listed("uncovered-problems.txt")
        let missing = book.subtracting(used)
        // A list that holds what a case has covered meanwhile would hide the next gap.
        #expect(missing == listed, "differ: \(missing.symmetricDifference(listed))")
    }

    @Test("the canary is a case of its own and expects what none may answer")
    func canary() throws {
        let folder = Self.root.appending(path: "Protocol/Conformance/canary/cases/v1")
        #expect(try CaseLoader.load(folder.path).map(\.id) == ["LYNK-CANARY-001"])
    }
}
