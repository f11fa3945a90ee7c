import Testing

/// The repository holds itself to its own rules; each failure says how to mend it.
struct RepositoryTests {
    static let checks = [
        ImportDirection.check, Lengths.files, Lengths.functions, Lengths.lines, Words.types,
        Words.leftovers, Traps.traps, Traps.testTraps, Traps.sleeps, Traps.ambient, Traps.prints,
        Documentation.check, Texts.paths, Texts.citations,
    ]

    @Test("every file keeps to the rules", arguments: checks.indices)
    func everyFile(_ index: Int) {
        let check = Self.checks[index]
        for violation in check.violations(in: .package) {
            Issue.record("\(check.name): \(violation)")
        }
    }

    @Test("the tree is found and is not empty")
    func tree() {
        #expect(SourceTree.package.file("Package.swift") != nil)
        #expect(SourceTree.package.swift.count > 50)
        let targets = Set(
            SourceTree.package.swift.filter { $0.path.hasPrefix("Sources/") }.compactMap(\.target))
        #expect(targets.isSuperset(of: ["LynkCore", "LynkEngine", "LynkStore", "LynkServer"]))
    }

    @Test("every problem code is explained, and every explained one exists")
    func problems() throws {
        let tree = SourceTree.package
        let codes = try #require(tree.file("Sources/LynkCore/Problems/ProblemCode.swift"))
        let page = try #require(tree.file("Protocol/09-problems.md"))
        for violation in Book.unexplainedProblems(codes: codes, page: page)
            + Book.forgottenProblems(codes: codes, page: page)
        {
            Issue.record("\(violation)")
        }
    }

    @Test("every limit stands in the book with its value")
    func limits() throws {
        let tree = SourceTree.package
        let code = try #require(tree.file("Sources/LynkCore/Limits.swift"))
        let page = try #require(tree.file("Protocol/10-limits.md"))
        for violation in Book.unlistedLimits(code: code, page: page) {
            Issue.record("\(violation)")
        }
    }

    @Test("every rule of the book is held by a test that exists")
    func rules() {
        for violation in Book.looseRules(in: .package) { Issue.record("\(violation)") }
    }

    @Test("every scenario of the books is held, and every test that a table names is there")
    func tables() throws {
        let tree = SourceTree.package
        let scenarios = try #require(tree.file("Tests/Scenarios.md"))
        let bugs = try #require(tree.file("Tests/FoundBugs.md"))
        for page in [scenarios, bugs] {
            for violation in TestTables.missingTests(in: page, of: tree) {
                Issue.record("\(violation)")
            }
        }
        let held = TestTables.held(in: scenarios)
        // The list has no such numbers.
        let unused: Set = [3, 8, 14, 24, 46, 47, 62, 64]
        #expect(held == (1...75).filter { !unused.contains($0) })
    }

    @Test("every page that is named is there")
    func pages() {
        // The checks' own tests plant references that lead nowhere.
        let files = SourceTree.package.files.filter { !$0.path.hasPrefix("Tests/RepositoryTests/") }
        for violation in Texts.deadReferences(in: SourceTree(files: files)) {
            Issue.record("\(violation)")
        }
    }

    @Test("the path of a payment is files that are there, each short")
    func path() throws {
        let readme = try #require(SourceTree.package.file("README.md"))
        for violation in Texts.brokenSteps(in: readme, of: .package) {
            Issue.record("\(violation)")
        }
    }
}
