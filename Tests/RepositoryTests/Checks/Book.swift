/// The protocol book against the code: problems are explained, rules are held.
enum Book {
    /// Every problem code stands in the book with its cause and its mend.
    static func unexplainedProblems(codes: SourceFile, page: SourceFile) -> [Violation] {
        rawValues(in: codes).compactMap { code, line in
            guard let entry = page.lines.first(where: { $0.hasPrefix("| `\(code)` |") }) else {
                return Violation(
                    path: codes.path, line: line, what: "\(code) is not in \(page.path)",
                    mend: "add the row: | `\(code)` | cause | mend |")
            }
            let cells = entry.split(separator: "|", omittingEmptySubsequences: false)
                .map { $0.trimmingPrefix(while: \.isWhitespace) }
            guard cells.count == 5, cells[2].count > 10, cells[3].count > 10 else {
                return Violation(
                    path: page.path, line: (page.lines.firstIndex(of: entry) ?? 0) + 1,
                    what: "\(code) lacks its cause or its mend",
                    mend: "write both as a sentence: | `\(code)` | cause | mend |")
            }
            return nil
        }
    }

    /// Problems that the book explains and the code does not know.
    static func forgottenProblems(codes: SourceFile, page: SourceFile) -> [Violation] {
        let known = Set(rawValues(in: codes).map(\.code))
        return zip(1..., page.lines).compactMap { number, line in
            guard line.hasPrefix("| `"), let code = line.dropFirst(3).split(separator: "`").first,
                !known.contains(String(code))
            else { return nil }
            return Violation(
                path: page.path, line: number, what: "\(code) is no problem code",
                mend: "remove the row, or add the code to \(codes.path)")
        }
    }

    /// Limits that the book does not list, or lists with another value than the code has.
    static func unlistedLimits(code: SourceFile, page: SourceFile) -> [Violation] {
        zip(1..., code.lines).compactMap { number, line in
            let words = line.split(separator: " ", maxSplits: 5)
            guard words.count == 6, words[1] == "static", words[2] == "let", words[4] == "="
            else { return nil }
            let row = "| `\(words[3])` | `\(words[5])` |"
            guard !page.lines.contains(where: { $0.hasPrefix(row) }) else { return nil }
            return Violation(
                path: code.path, line: number, what: "\(words[3]) is not in \(page.path) as it is",
                mend: "write the row: \(row) its value | what it bounds |")
        }
    }

    private static func rawValues(in file: SourceFile) -> [(code: String, line: Int)] {
        zip(1..., file.lines).compactMap { number, line in
            let parts = line.split(separator: "\"", omittingEmptySubsequences: false)
            guard line.drop(while: { $0 == " " }).hasPrefix("case "), parts.count == 3,
                parts[0].hasSuffix("= ")
            else { return nil }
            return (String(parts[1]), number)
        }
    }

    /// A rule: a heading of the third level that begins with an id, down to the next heading.
    struct Rule: Equatable {
        let id: String
        let path: String
        let line: Int
        /// `Target/Suite.test`, as the rule names them.
        let holders: [String]
    }

    static func rules(in page: SourceFile) -> [Rule] {
        let starts = page.lines.indices.filter { ruleID(of: page.lines[$0]) != nil }
        return starts.map { start in
            let end =
                page.lines.indices.dropFirst(start + 1)
                .first { page.lines[$0].hasPrefix("#") } ?? page.lines.endIndex
            let text = page.lines[start..<end].joined(separator: " ")
            let held = text.firstRange(of: "Held by:").map { text[$0.upperBound...] } ?? ""
            let holders = held.split { $0 == "," || $0 == " " }
                .map { $0.filter { $0 != "`" } }
                .map { $0.hasSuffix(".") ? String($0.dropLast()) : $0 }
                .filter { $0.contains("/") }
            return Rule(
                id: ruleID(of: page.lines[start]) ?? "", path: page.path, line: start + 1,
                holders: holders)
        }
    }

    /// `M3` of `### M3  A delete removes ...`.
    private static func ruleID(of line: String) -> String? {
        guard line.hasPrefix("### "), let word = line.dropFirst(4).split(separator: " ").first,
            let first = word.first, first.isUppercase, word.last?.isNumber == true,
            word.drop(while: \.isUppercase).allSatisfy(\.isNumber)
        else { return nil }
        return String(word)
    }

    /// Rules without a holder, with a holder that is not there, or with an id that is taken.
    static func looseRules(in tree: SourceTree) -> [Violation] {
        let tests = testNames(in: tree)
        let files = Set(tree.files.map(\.path))
        var seen: Set<String> = []
        return tree.files.filter { $0.path.hasPrefix("Protocol/") }.flatMap(rules).flatMap { rule in
            var found: [Violation] = []
            func report(_ what: String, _ mend: String) {
                found.append(
                    Violation(path: rule.path, line: rule.line, what: what, mend: mend))
            }
            if !seen.insert(rule.id).inserted {
                report("rule \(rule.id) is there twice", "give the newer one the next number")
            }
            if rule.holders.isEmpty {
                report(
                    "nothing holds \(rule.id)", "write a test and name it: Held by: T/Suite.test")
            }
            for holder in rule.holders where !tests.contains(holder) && !files.contains(holder) {
                report("\(rule.id) names \(holder), which is not there", "name a test that exists")
            }
            return found
        }
    }

    /// Every function of a test target as `Target/Suite.test`.
    static func testNames(in tree: SourceTree) -> Set<String> {
        var names: Set<String> = []
        for file in tree.swift where file.isTest {
            guard let target = file.target else { continue }
            for name in memberNames(in: file.tokens) { names.insert("\(target)/\(name)") }
        }
        return names
    }

    /// Functions as `Type.function`, by the type that immediately holds them.
    static func memberNames(in tokens: [Token]) -> [String] {
        let kinds: Set = ["struct", "class", "actor", "enum", "extension"]
        var names: [String] = []
        var types: [(name: String, depth: Int)] = []
        var announced: String?
        var depth = 0
        for index in tokens.indices.dropLast() {
            let (token, next) = (tokens[index], tokens[index + 1])
            if token.kind == .mark {
                if token.text == "{" {
                    depth += 1
                    if let name = announced { types.append((name, depth)) }
                    announced = nil
                } else if token.text == "}" {
                    if types.last?.depth == depth { types.removeLast() }
                    depth -= 1
                }
            } else if kinds.contains(token.text), next.kind == .word, next.text != "func" {
                announced = next.text
            } else if token.text == "func", let type = types.last, type.depth == depth {
                names.append("\(type.name).\(next.text)")
            }
        }
        return names
    }
}
