/// Tables in Markdown that say which test holds what: of scenarios and of bugs.
enum TestTables {
    /// Names in backticks, as `Target/Suite.test`, of tests that are not there.
    static func missingTests(in page: SourceFile, of tree: SourceTree) -> [Violation] {
        let tests = Book.testNames(in: tree)
        let targets = Set(tests.compactMap { $0.split(separator: "/").first.map(String.init) })
        return zip(1..., page.lines).flatMap { number, line in
            quoted(line).filter { name in
                guard let target = name.split(separator: "/").first, name.contains("."),
                    name.split(separator: "/").count == 2, !name.contains(" ")
                else { return false }
                return targets.contains(String(target)) && !tests.contains(name)
            }.map { name in
                Violation(
                    path: page.path, line: number, what: "\(name) is not there",
                    mend: "name a test that exists")
            }
        }
    }

    /// Numbers in the first column of the rows that name at least one test in their last.
    static func held(in page: SourceFile) -> [Int] {
        page.lines.compactMap { line in
            let cells = line.split(separator: "|").map { $0.filter { $0 != " " } }
            guard cells.count >= 3, let number = Int(cells[0]),
                quoted(cells[cells.count - 1]).contains(where: { $0.contains("/") })
            else { return nil }
            return number
        }
    }

    private static func quoted(_ text: String) -> [String] {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated()
            .filter { $0.offset % 2 == 1 }.map { String($0.element) }
    }
}
