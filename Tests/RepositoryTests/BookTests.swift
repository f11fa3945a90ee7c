import Testing

/// The checks of the book, on pages that are planted.
struct BookTests {
    let codes = SourceFile(
        path: "Sources/P.swift",
        text: """
            enum ProblemCode: String {
                case notFound = "not_found"
                case timedOut = "timed_out"
            }
            """)

    func page(_ rows: String...) -> SourceFile {
        SourceFile(path: "Protocol/p.md", text: rows.joined(separator: "\n"))
    }

    @Test("a code without a row, without a mend, and a row without a code are found")
    func problems() {
        let whole = page(
            "| `not_found` | There is no such row here. | Check the address. |",
            "| `timed_out` | No progress for 30 seconds. | Repeat the request. |")
        #expect(Book.unexplainedProblems(codes: codes, page: whole) == [])
        #expect(Book.forgottenProblems(codes: codes, page: whole) == [])

        let missing = page("| `not_found` | There is no such row here. | Check the address. |")
        #expect(Book.unexplainedProblems(codes: codes, page: missing).map(\.line) == [3])

        let thin = page(
            "| `not_found` | There is no such row here. | |",
            "| `timed_out` | No progress for 30 seconds. | Repeat the request. |")
        #expect(Book.unexplainedProblems(codes: codes, page: thin).map(\.line) == [1])

        let stale = page("| `gone` | It went away long ago. | Forget about it. |")
        #expect(Book.forgottenProblems(codes: codes, page: stale).map(\.line) == [1])
    }

    @Test("a rule without a holder, with an invented one, or there twice is found")
    func rules() {
        let test = SourceFile(
            path: "Tests/LynkCoreTests/MergeTests.swift",
            text: "struct MergeTests {\n@Test func counters() {}\n}")
        func loose(_ text: String) -> [String] {
            let page = SourceFile(path: "Protocol/04.md", text: text)
            return Book.looseRules(in: SourceTree(files: [test, page])).map(\.what)
        }
        let held = "### M1  Counters add\nText.\nHeld by: `LynkCoreTests/MergeTests.counters`.\n"
        #expect(loose(held) == [])
        #expect(loose("### M1  Counters add\nText.\n") == ["nothing holds M1"])
        #expect(
            loose("### M1  Counters add\nHeld by: LynkCoreTests/MergeTests.sets")
                == ["M1 names LynkCoreTests/MergeTests.sets, which is not there"])
        #expect(loose(held + held) == ["rule M1 is there twice"])
        #expect(loose("### Words\nHeld by nothing, because it is not a rule.") == [])
    }

    @Test("a table that names no test, or one that is not there, is found")
    func tables() {
        let test = SourceFile(
            path: "Tests/LynkCoreTests/MergeTests.swift",
            text: "struct MergeTests {\n@Test func counters() {}\n}")
        let page = SourceFile(
            path: "Tests/T.md",
            text: """
                | 1 | adds | `LynkCoreTests/MergeTests.counters` |
                | 2 | `a.b` of `Sources/A.swift` | `LynkCoreTests/MergeTests.sets` |
                | 3 | nothing | |
                """)
        let tree = SourceTree(files: [test, page])
        #expect(TestTables.missingTests(in: page, of: tree).map(\.line) == [2])
        #expect(TestTables.held(in: page) == [1, 2])
    }

    @Test("a limit that is missing or has another value is found")
    func limits() {
        let code = SourceFile(
            path: "Sources/L.swift", text: "    public static let frameBytesMax = 1 << 20")
        let right = page("| `frameBytesMax` | `1 << 20` | 1 MiB | One frame. |")
        #expect(Book.unlistedLimits(code: code, page: right) == [])
        let wrong = page("| `frameBytesMax` | `1 << 21` | 2 MiB | One frame. |")
        #expect(Book.unlistedLimits(code: code, page: wrong).map(\.line) == [1])
    }

    @Test("a reference to a page that is not there is found")
    func references() {
        let page = SourceFile(path: "Protocol/04-merge.md", text: "")
        let source = SourceFile(
            path: "Sources/A.swift",
            text: "/// (Protocol/04-merge.md)\n/// Protocol/05-" + "gone.md.")
        let found = Texts.deadReferences(in: SourceTree(files: [page, source]))
        #expect(found.map(\.line) == [2])
    }

    @Test("a step that is not there or too long is found")
    func steps() {
        let short = SourceFile(path: "Sources/A.swift", text: "\n")
        let long = SourceFile(path: "Sources/B.swift", text: String(repeating: "\n", count: 200))
        let readme = SourceFile(
            path: "README.md",
            text: "1. [a](Sources/A.swift): x\n2. [b](Sources/B.swift)\n3. [c](Sources/C.swift)")
        let tree = SourceTree(files: [short, long, readme])
        #expect(Texts.brokenSteps(in: readme, of: tree).map(\.line) == [2, 3])
    }

    @Test("a test belongs to the type that holds it, whatever types are nested before it")
    func members() {
        let source = """
            struct A {
                struct Case { func inner() {} }
                @Test func first() { struct Local {} }
                @Test func second() {}
            }
            extension B { func third() {} }
            func free() {}
            """
        #expect(
            Book.memberNames(in: SwiftLexer(source).tokens)
                == ["Case.inner", "A.first", "A.second", "B.third"])
    }
}
