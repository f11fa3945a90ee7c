/// Words that must not stand in the code, each with what to write instead.
enum Words {
    /// Endings of type names that name no step and no thing.
    static let hollow = ["Manager", "Helper", "Helpers", "Util", "Utils", "Impl", "Mock"]

    /// One word for one thing: names that other systems use, and ours.
    static let synonyms = [
        "VectorClock": "VersionVector", "LamportClock": "HybridClock", "Changeset": "ChangeSet",
        "Oplog": "Log", "Bucket": "Scope", "DeltaSet": "ChangeSet", "SyncToken": "PullCursor",
        "ReplicaManager": "Replica", "Mutation": "RowChange", "Tenancy": "Tenant",
    ]

    static let types = FileCheck(
        name: "type names", reads: \.isSwift,
        find: { file in
            declaredTypes(in: file.tokens).compactMap { name, line in
                if let ending = hollow.first(where: { name.hasSuffix($0) }) {
                    return Violation(
                        path: file.path, line: line, what: "\(name) ends in \(ending)",
                        mend: "name the step or the thing; put an extension beside its one user")
                }
                if let (word, ours) = synonyms.first(where: { name.contains($0.key) }) {
                    return Violation(
                        path: file.path, line: line, what: "\(name) says \(word)",
                        mend: "say \(ours), the word of the protocol book")
                }
                return nil
            }
        })

    static func declaredTypes(in tokens: [Token]) -> [(name: String, line: Int)] {
        let kinds: Set = ["struct", "class", "enum", "actor", "protocol", "typealias"]
        return tokens.indices.dropLast().compactMap { index in
            guard tokens[index].kind == .word, kinds.contains(tokens[index].text),
                index == 0 || tokens[index - 1].text != ".", tokens[index + 1].kind == .word,
                tokens[index + 1].text.first?.isUppercase == true
            else { return nil }
            return (tokens[index + 1].text, tokens[index].line)
        }
    }

    /// Assembled, so that this file does not hold what it forbids.
    static let markers = ["TO" + "DO", "FIX" + "ME", "XX" + "X", "HA" + "CK"]

    static let leftovers = FileCheck(
        name: "leftover markers", reads: { _ in true },
        find: { file in
            zip(1..., file.lines).flatMap { number, line in
                markers.filter { hasWord($0, in: line) }.map {
                    Violation(
                        path: file.path, line: number, what: "the line says \($0)",
                        mend: "do it now, or write a decision note under Protocol/Decisions")
                }
            }
        })

    /// Whether `word` stands in the line with no letter or digit on either side.
    static func hasWord(_ word: String, in line: String) -> Bool {
        guard line.contains(word) else { return false }
        return line.split { !$0.isLetter && !$0.isNumber && $0 != "_" }.contains { $0 == word }
    }
}
