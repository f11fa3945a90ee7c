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

    @Test("every case reads, and every rule that one names is in the book")
    func rules() throws {
        let folder = Self.root.appending(path: "Protocol")
        let pages = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        var known: Set<String> = []
        for name in pages where name.hasSuffix(".md") {
            for line in try Self.page(name).split(separator: "\n") where line.hasPrefix("### ") {
                known.insert(String(line.dropFirst(4).prefix { $0 != " " }))
            }
        }
        let cases = try Self.cases()
        #expect(cases.count >= 60)
        for one in cases {
            #expect(known.isSuperset(of: one.rules), "\(one.id) names a rule that is not")
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
        let listed = try Self.page("Conformance/uncovered-problems.txt")
            .split(separator: "\n").filter { !$0.hasPrefix("#") }
            .compactMap { $0.split(separator: " ").first.map(String.init) }
        let missing = book.subtracting(used)
        // A list that holds what a case has covered meanwhile would hide the next gap.
        #expect(missing == Set(listed), "differ: \(missing.symmetricDifference(listed))")
    }

    @Test("the canary is a case of its own and expects what none may answer")
    func canary() throws {
        let folder = Self.root.appending(path: "Protocol/Conformance/canary/cases/v1")
        #expect(try CaseLoader.load(folder.path).map(\.id) == ["LYNK-CANARY-001"])
    }
}
