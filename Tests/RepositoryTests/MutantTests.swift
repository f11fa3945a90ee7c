import Foundation
import Testing

/// The table of slips that the simulator must find (Tests/Mutants), without a build: its texts
/// still stand in the sources, and what it names is there.
@Suite("The table of mutants")
struct MutantTests {
    struct Entry {
        var number = ""
        var name = ""
        var file = ""
        var finds: [String] = []
        var old = ""
        var new = ""
    }

    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent()

    /// The entries of one file, in the shape that Tests/Mutants/README.md shows.
    static func entries(_ text: String) throws -> [Entry] {
        var found: [Entry] = []
        var part = 0
        for line in text.split(separator: "\n", omittingEmptySubsequences: false) {
            switch (part, line) {
            case (0, "<<<<"): part = 1
            case (1, "===="): part = 2
            case (2, ">>>>"): part = 0
            case (1, _): found[found.count - 1].old += line + "\n"
            case (2, _): found[found.count - 1].new += line + "\n"
            default:
                let words = line.split(separator: " ").map(String.init)
                switch words.first {
                case "mutant":
                    try #require(words.count == 3)
                    found.append(Entry(number: words[1], name: words[2]))
                case "file": found[found.count - 1].file = words[1]
                case "finds":
                    found[found.count - 1].finds = words[1].split(separator: ",").map(String.init)
                default: continue
                }
            }
        }
        return found
    }

    private static func table() throws -> [Entry] {
        let folder = root.appendingPathComponent("Tests/Mutants")
        let names = try FileManager.default.contentsOfDirectory(atPath: folder.path)
        return try names.filter { $0.hasSuffix(".mutants") }.sorted().flatMap { name in
            try entries(
                String(contentsOf: folder.appendingPathComponent(name), encoding: .utf8))
        }
    }

    @Test("every text stands once where the table says, and what it names is there")
    func texts() throws {
        let tree = SourceTree.package
        // The world itself says when a store fails on what it should judge.
        let checkers = Set(["NoInnerFailure"]).union(
            tree.swift.filter { $0.path.hasPrefix("Sources/LynkSimulator/Checkers") }
                .flatMap(\.lines).compactMap { line in
                    line.split(separator: "static let name = \"").last.flatMap {
                        line.contains("static let name = ") ? String($0.dropLast()) : nil
                    }
                })
        let entries = try Self.table()
        #expect(entries.count >= 40)
        #expect(Set(entries.map(\.number)).count == entries.count)
        #expect(Set(entries.map(\.name)).count == entries.count)
        var texts: [String: String] = [:]
        for entry in entries {
            let text = try #require(
                texts[entry.file] ?? tree.file(entry.file)?.text, "\(entry.name): no file")
            let parts = text.components(separatedBy: entry.old)
            #expect(
                parts.count == 2,
                "\(entry.name): its text stands \(parts.count - 1) times in \(entry.file)")
            // As the command does it, one after the other: entries that overlap do not match.
            texts[entry.file] = parts.joined(separator: entry.new)
            #expect(entry.new.contains("Mutant.isOn(\(entry.number))"), "\(entry.name)")
            #expect(entry.finds.allSatisfy(checkers.contains), "\(entry.name): \(entry.finds)")
        }
    }

    @Test("the shipped sources have no switch")
    func noSwitch() {
        let places = SourceTree.package.swift.filter {
            $0.path.hasPrefix("Sources/") && $0.text.contains("Mutant.isOn")
        }
        #expect(places.map(\.path).isEmpty)
    }

    @Test("an entry is read as it is written")
    func shape() throws {
        let entry = try #require(
            try Self.entries(
                """
                mutant 7 some-name
                breaks Something.
                file Sources/A.swift
                finds First,Second
                seeds 60
                <<<<
                    one
                ====
                    Mutant.isOn(7) ? two : one
                >>>>
                """
            ).first)
        #expect(entry.name == "some-name")
        #expect(entry.finds == ["First", "Second"])
        #expect(entry.old == "    one\n")
        #expect(entry.new == "    Mutant.isOn(7) ? two : one\n")
    }
}
