/// What no file may hold, whatever its language.
enum Texts {
    /// Assembled, so that this file does not hold what it forbids.
    static let machinePaths = ["work", "home", "Users", "root", "private/var"].map {
        "/" + $0 + "/"
    }

    static let paths = FileCheck(
        name: "machine paths", reads: { _ in true },
        find: { file in
            zip(1..., file.lines).compactMap { number, line in
                guard let path = machinePaths.first(where: { begins($0, in: line) }) else {
                    return nil
                }
                return Violation(
                    path: file.path, line: number, what: "an absolute path below \(path)",
                    mend: "find it from the package's root, from an option or from TMPDIR")
            }
        })

    /// Whether an absolute path with this beginning stands in the line: nothing path-like before.
    private static func begins(_ path: String, in line: String) -> Bool {
        var rest = line[...]
        while let range = rest.firstRange(of: path) {
            let before = line[..<range.lowerBound].last
            let isInside = before.map {
                $0.isLetter || $0.isNumber || "._-})/$".contains($0)
            }
            if isInside != true { return true }
            rest = rest[range.upperBound...]
        }
        return false
    }

    /// Planning pages are not part of the repository; the protocol book is.
    static let citations = FileCheck(
        name: "citations", reads: { _ in true },
        find: { file in
            let pages = ["DESIGN", "SEMANTICS", "RULINGS", "DOMAIN", "STACK", "STYLE", "PROOF"]
                .map { $0 + ".md" }
            return zip(1..., file.lines).compactMap { number, line in
                guard let page = pages.first(where: { line.contains($0) }) else { return nil }
                return Violation(
                    path: file.path, line: number, what: "cites \(page)",
                    mend: "cite the rule in Protocol/ that says so")
            }
        })

    /// Every page of the book that a file names is there.
    static func deadReferences(in tree: SourceTree) -> [Violation] {
        let known = Set(tree.files.map(\.path))
        return tree.files.flatMap { file in
            zip(1..., file.lines).flatMap { number, line in
                pagesNamed(in: line).filter { !known.contains($0) && !$0.contains("...") }.map {
                    Violation(
                        path: file.path, line: number, what: "names \($0), which is not there",
                        mend: "name the page as it is called now")
                }
            }
        }
    }

    /// The pages of the book as far as the line names such files.
    static func pagesNamed(in line: String) -> [String] {
        line.split { !$0.isLetter && !$0.isNumber && !"/-_.".contains($0) }
            .map { $0.hasSuffix(".") ? $0.dropLast() : $0 }
            .filter { $0.hasPrefix("Protocol/") && $0.hasSuffix(".md") }
            .map(String.init)
    }

    static let stepLinesMax = 200

    /// The steps of a payment in the README are files that are there and short enough to read.
    static func brokenSteps(in readme: SourceFile, of tree: SourceTree) -> [Violation] {
        zip(1..., readme.lines).compactMap { number, line in
            guard line.first?.isNumber == true, let open = line.firstRange(of: "]("),
                let close = line[open.upperBound...].firstIndex(of: ")")
            else { return nil }
            let path = String(line[open.upperBound..<close])
            let lines = tree.file(path).map { $0.lines.count - 1 }
            if let lines, lines < stepLinesMax { return nil }
            return Violation(
                path: readme.path, line: number,
                what: lines.map { "\(path) has \($0) lines" } ?? "\(path) is not there",
                mend: "name the file that does the step, below \(stepLinesMax) lines")
        }
    }
}
