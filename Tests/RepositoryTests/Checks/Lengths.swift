/// A file, a function and a line have bounds.
enum Lengths {
    static let fileLinesMax = 500
    static let functionLinesMax = 70
    static let lineColumnsMax = 100

    static let files = FileCheck(
        name: "file length", reads: \.isSwift,
        find: { file in
            let count = file.lines.count - (file.lines.last == "" ? 1 : 0)
            guard count > fileLinesMax else { return [] }
            return [
                Violation(
                    path: file.path, line: count, what: "the file has \(count) lines",
                    mend: "split it by step of the data path, at most \(fileLinesMax) lines each")
            ]
        })

    static let functions = FileCheck(
        name: "function length", reads: \.isSwift,
        find: { file in
            functionSpans(in: file.tokens).filter { $0.lines > functionLinesMax }.map {
                Violation(
                    path: file.path, line: $0.line, what: "\($0.name) has \($0.lines) lines",
                    mend: "give its steps names of their own, at most \(functionLinesMax) lines")
            }
        })

    static let lines = FileCheck(
        name: "line length", reads: { $0.isSwift || $0.path.hasSuffix(".sh") },
        find: { file in
            zip(1..., file.lines).filter { $0.1.count > lineColumnsMax }.map {
                Violation(
                    path: file.path, line: $0.0, what: "the line has \($0.1.count) columns",
                    mend: "break it at \(lineColumnsMax)")
            }
        })

    struct FunctionSpan: Equatable {
        let name: String
        let line: Int
        let lines: Int
    }

    /// Every function and initializer with a body; nested ones are also reported by themselves.
    static func functionSpans(in tokens: [Token]) -> [FunctionSpan] {
        tokens.indices.compactMap { index in
            guard isFunction(at: index, in: tokens),
                let open = body(of: index, in: tokens), let close = match(open, in: tokens)
            else { return nil }
            let isNamed = tokens[index].text == "func" && index + 1 < tokens.count
            return FunctionSpan(
                name: isNamed ? tokens[index + 1].text : tokens[index].text,
                line: tokens[index].line, lines: tokens[close].line - tokens[index].line + 1)
        }
    }

    private static func isFunction(at index: Int, in tokens: [Token]) -> Bool {
        guard tokens[index].kind == .word else { return false }
        if tokens[index].text == "func" { return true }
        guard tokens[index].text == "init" || tokens[index].text == "deinit" else { return false }
        return index == 0 || tokens[index - 1].text != "."
    }

    /// The brace that opens the body; a requirement of a protocol has none.
    private static func body(of start: Int, in tokens: [Token]) -> Int? {
        let declarations: Set = [
            "func", "var", "let", "init", "deinit", "case", "static", "public", "package",
            "private", "internal", "mutating", "subscript", "associatedtype", "struct", "class",
            "enum", "extension", "protocol", "typealias", "return", "nonmutating", "consuming",
        ]
        var depth = 0
        for index in tokens.indices.dropFirst(start + 1) {
            switch tokens[index].text {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            case "{" where depth == 0: return index
            case "}" where depth <= 0: return nil
            case "@" where depth == 0: return nil
            case let text where depth == 0 && tokens[index].isSpaced && declarations.contains(text):
                return nil
            default: break
            }
            if depth < 0 { return nil }
        }
        return nil
    }

    private static func match(_ open: Int, in tokens: [Token]) -> Int? {
        var depth = 0
        for index in tokens.indices.dropFirst(open) where tokens[index].kind == .mark {
            if tokens[index].text == "{" { depth += 1 }
            if tokens[index].text == "}" { depth -= 1 }
            if depth == 0 { return index }
        }
        return nil
    }
}
