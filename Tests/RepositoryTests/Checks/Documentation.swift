/// What a library offers has a documentation comment: types, functions, initializers that can fail.
enum Documentation {
    static let check = FileCheck(
        name: "documented API",
        reads: { $0.isSwift && $0.path.hasPrefix("Sources/Lynk") },
        find: { file in
            let tokens = file.tokens
            return tokens.indices.compactMap { index in
                guard tokens[index].text == "public", tokens[index].kind == .word,
                    let declared = declaration(from: index + 1, in: tokens),
                    !isDocumented(line: tokens[index].line, in: file)
                else { return nil }
                return Violation(
                    path: file.path, line: tokens[index].line,
                    what: "public \(declared) has no documentation",
                    mend: "say in /// its effect, bounds and failures, beginning with one summary")
            }
        })

    /// Names that a protocol documents: well-known ones, and the requirements of our own.
    private static let witnesses: Set<String> = {
        let sources = SourceTree.package.swift.filter { $0.path.hasPrefix("Sources/") }
        return sources.reduce(into: ["hash", "encode", "description", "next", "callAsFunction"]) {
            $0.formUnion(requirements(in: $1.tokens))
        }
    }()

    /// Names of the functions that protocols ask for.
    static func requirements(in tokens: [Token]) -> Set<String> {
        var names: Set<String> = []
        var depth = 0
        var inside = false
        for index in tokens.indices.dropLast() {
            switch tokens[index].text {
            case "protocol" where depth == 0 && tokens[index].kind == .word: inside = true
            case "{": depth += 1
            case "}":
                depth -= 1
                if depth == 0 { inside = false }
            case "func" where inside && depth == 1: names.insert(tokens[index + 1].text)
            default: break
            }
        }
        return names
    }

    /// The kind and name of a declaration that must be documented, or `nil`.
    private static func declaration(from start: Int, in tokens: [Token]) -> String? {
        let modifiers: Set = [
            "static", "final", "mutating", "nonisolated", "override", "indirect", "convenience",
            "required", "class", "consuming", "borrowing", "nonmutating",
        ]
        var index = start
        while index + 1 < tokens.count, modifiers.contains(tokens[index].text),
            !(tokens[index].text == "class" && tokens[index + 1].text.first?.isUppercase == true)
        {
            index += 1
        }
        guard index + 1 < tokens.count else { return nil }
        let name = tokens[index + 1]
        switch tokens[index].text {
        case "struct", "class", "actor", "protocol":
            return "\(tokens[index].text) \(name.text)"
        case "enum":
            let isTag =
                index + 3 < tokens.count && tokens[index + 2].text == "{"
                && tokens[index + 3].text == "}"
            return isTag ? nil : "enum \(name.text)"
        case "func":
            return name.kind == .mark || witnesses.contains(name.text) ? nil : "func \(name.text)"
        case "init":
            return name.text == "?" ? "init?" : nil
        default: return nil
        }
    }

    /// Whether a documentation comment ends on the line above, attributes left out.
    private static func isDocumented(line: Int, in file: SourceFile) -> Bool {
        var above = line - 1
        while above > 0 {
            if file.documentedLines.contains(above) { return true }
            let text = file.lines[above - 1].drop { $0 == " " }
            guard text.hasPrefix("@") || text.hasPrefix("#") else { return false }
            above -= 1
        }
        return false
    }
}
