/// A place that breaks a rule of the repository, and how to mend it.
struct Violation: CustomStringConvertible, Equatable {
    let path: String
    let line: Int
    let what: String
    let mend: String

    var description: String { "\(path):\(line): \(what). Mend: \(mend)" }
}

/// A rule that each file is held to by itself.
struct FileCheck: Sendable {
    let name: String
    /// Which files it reads.
    let reads: @Sendable (SourceFile) -> Bool
    let find: @Sendable (SourceFile) -> [Violation]

    func violations(in tree: SourceTree) -> [Violation] {
        tree.files.filter(reads).flatMap(find)
    }
}
