import Foundation

/// A file of the repository, read once.
struct SourceFile: Sendable {
    /// From the package's root, with `/`.
    let path: String
    let text: String
    let lines: [String]
    /// Empty unless the file is Swift.
    let tokens: [Token]
    let documentedLines: Set<Int>

    init(path: String, text: String) {
        self.path = path
        self.text = text
        lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        let lexer = path.hasSuffix(".swift") ? SwiftLexer(text) : nil
        tokens = lexer?.tokens ?? []
        documentedLines = lexer?.documentedLines ?? []
    }

    var isSwift: Bool { path.hasSuffix(".swift") }
    var isTest: Bool { path.hasPrefix("Tests/") }

    /// `LynkCore` for a file below `Sources/LynkCore`; a sample or test folder likewise.
    var target: String? {
        let parts = path.split(separator: "/")
        return parts.count > 2 ? String(parts[1]) : nil
    }
}

/// The files of the package that people wrote.
struct SourceTree: Sendable {
    let files: [SourceFile]

    static let package = SourceTree(
        root: URL(fileURLWithPath: #filePath)
            .deletingLastPathComponent().deletingLastPathComponent()
            .deletingLastPathComponent().deletingLastPathComponent())

    var swift: [SourceFile] { files.filter(\.isSwift) }

    func file(_ path: String) -> SourceFile? { files.first { $0.path == path } }

    init(files: [SourceFile]) { self.files = files }

    /// Reads what is below the package's own folders; build products and data files are not there.
    init(root: URL) {
        let tops = [
            ".ci", "Package.swift", "Protocol", "README.md", "Samples", "Sources", "Tests",
        ]
        let kinds: Set = [
            "swift", "md", "sh", "c", "h", "cddl", "json", "modulemap", "sql", "html",
        ]
        var files: [SourceFile] = []
        for top in tops {
            for path in Self.paths(below: root, from: top).sorted() {
                let kind = path.split(separator: "/").last.flatMap { name in
                    name.contains(".") ? name.split(separator: ".").last.map(String.init) : "sh"
                }
                guard let kind, kinds.contains(kind),
                    let text = try? String(
                        contentsOf: root.appendingPathComponent(path), encoding: .utf8)
                else { continue }
                files.append(SourceFile(path: path, text: text))
            }
        }
        self.files = files
    }

    private static func paths(below root: URL, from top: String) -> [String] {
        let start = root.appendingPathComponent(top)
        var isDirectory: ObjCBool = false
        guard FileManager.default.fileExists(atPath: start.path, isDirectory: &isDirectory) else {
            return []
        }
        guard isDirectory.boolValue else { return [top] }
        let below = FileManager.default.enumerator(atPath: start.path)
        // What the fuzzer has found is nobody's text.
        return (below?.allObjects as? [String] ?? []).filter { !$0.hasPrefix("Corpus/") }
            .map { "\(top)/\($0)" }
    }
}
