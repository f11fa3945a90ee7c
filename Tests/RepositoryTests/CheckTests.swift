import Testing

/// Every check is tried on a planted slip and on the same code without it: it must find the one
/// and let the other pass.
struct CheckTests {
    struct Plant: Sendable, CustomTestStringConvertible {
        let check: FileCheck
        let path: String
        let bad: String
        let good: String
        let reason: String

        init(
            _ check: FileCheck, _ path: String, bad: String, good: String, because reason: String
        ) {
            self.check = check
            self.path = path
            self.bad = bad
            self.good = good
            self.reason = reason
        }

        var testDescription: String { "\(check.name): \(reason)" }
    }

    static let core = "Sources/LynkCore/A.swift"
    static let suite = "Tests/LynkCoreTests/A.swift"

    static let imports = [
        Plant(
            ImportDirection.check, core, bad: "import LynkWire", good: "import Crypto",
            because: "values import nothing of ours"),
        Plant(
            ImportDirection.check, "Sources/LynkEngine/A.swift", bad: "public import LynkStore",
            good: "public import LynkCore", because: "meaning does not know the edges"),
        Plant(
            ImportDirection.check, "Sources/LynkClient/A.swift", bad: "import FoundationNetworking",
            good: "import CCurl", because: "the client speaks HTTP through libcurl alone"),
        Plant(
            ImportDirection.check, "Sources/LynkServer/A.swift", bad: "import LynkStore",
            good: "import Hummingbird", because: "an edge does not import another"),
        Plant(
            ImportDirection.check, "Sources/LynkWire/A.swift", bad: "import CSQLite",
            good: "import CZstd", because: "a C module is used by the one target that wraps it"),
        Plant(
            ImportDirection.check, "Sources/LynkStore/A.swift",
            bad: "import struct LynkPayments.Ledger", good: "import struct LynkCore.Dot",
            because: "an import of one declaration is an import too"),
        Plant(
            ImportDirection.check, "Sources/Unheard/A.swift", bad: "import LynkCore",
            good: "", because: "a new target has to be given its level"),
    ].filter { !$0.good.isEmpty }

    static let lengths = [
        Plant(
            Lengths.files, core, bad: String(repeating: "//\n", count: 501),
            good: String(repeating: "//\n", count: 500), because: "500 lines"),
        Plant(
            Lengths.functions, core, bad: function(lines: 71), good: function(lines: 70),
            because: "70 lines"),
        Plant(
            Lengths.functions, core, bad: "protocol P {\n  func f()\n}\n" + function(lines: 71),
            good: "protocol P {\n  func f()\n}\nstruct S {"
                + String(repeating: "\n", count: 99) + "}",
            because: "a requirement has no body, so what follows is not its body"),
        Plant(
            Lengths.lines, core, bad: String(repeating: "a", count: 101),
            good: String(repeating: "é", count: 100), because: "columns, not bytes"),
    ]

    static let words = [
        Plant(
            Words.types, core, bad: "final class SyncManager {}", good: "final class SyncLoop {}",
            because: "a manager names nothing"),
        Plant(
            Words.types, core, bad: "struct VectorClock {}", good: "// struct VectorClock {}",
            because: "one word for one thing; comments may explain"),
        Plant(
            Words.leftovers, core, bad: "// \(Words.markers[0]): later", good: "// later: never",
            because: "what is left for later is a decision note"),
        Plant(
            Words.leftovers, "Protocol/a.md", bad: "\(Words.markers[1])",
            good: "\(Words.markers[1])D", because: "the word itself, in any file"),
    ]

    static let traps = [
        Plant(
            Traps.traps, core, bad: "let a = b!", good: "let a = b != c", because: "not equal"),
        Plant(
            Traps.traps, core, bad: "let a = f()!.c", good: "let a = !f().c", because: "negation"),
        Plant(
            Traps.traps, core, bad: "try! f()", good: #"let a = "try! f()" // as! B"#,
            because: "strings and comments are not code"),
        Plant(
            Traps.traps, core, bad: "x as! B", good: "x as? B", because: "a cast may fail"),
        Plant(
            Traps.traps, core, bad: #"let a = "\(b!)""#, good: #"let a = "\(b)!""#,
            because: "an interpolation is code"),
        Plant(
            Traps.traps, core, bad: "fatalError(\"no\")", good: "throw Problem(.notFound)",
            because: "nothing that a peer sends ends the process"),
        Plant(
            Traps.testTraps, suite, bad: "let a = b!", good: "let a = try #require(b)",
            because: "a test names what was missing"),
        Plant(
            Traps.sleeps, suite, bad: "try await Task.sleep(for: .seconds(1))",
            good: "try await pacing.sleep(.seconds(1))", because: "virtual time may sleep"),
        Plant(
            Traps.sleeps, suite, bad: "usleep(10)", good: "func sleep(_ time: Duration) {}",
            because: "a test waits for events"),
        Plant(
            Traps.ambient, core, bad: "let now = Date()", good: "let now = clock.read()",
            because: "time is a parameter"),
        Plant(
            Traps.ambient, "Sources/LynkEngine/A.swift", bad: "let id = UInt64.random(in: 0...9)",
            good: "let id = random.next()", because: "chance is a parameter"),
        Plant(
            Traps.prints, core, bad: "print(row)", good: "func print(_ row: Row)",
            because: "a library does not speak"),
    ]

    static let texts = [
        Plant(
            Documentation.check, core, bad: "public struct A {}",
            good: "/// A.\npublic struct A {}",
            because: "types are documented"),
        Plant(
            Documentation.check, core, bad: "public static func a() {}",
            good: "/// A.\n@inlinable\npublic static func a() {}", because: "attributes between"),
        Plant(
            Documentation.check, core, bad: "// A.\npublic init?(a: Int) {}",
            good: "public init(a: Int) {}", because: "what can fail says when"),
        Plant(
            Texts.paths, "Samples/a.sh", bad: "cd " + Texts.machinePaths[1] + "me",
            good: "cd $root" + Texts.machinePaths[1] + "me", because: "absolute paths only"),
        Plant(
            Texts.citations, core, bad: "/// See DESIGN" + ".md", good: "/// See Protocol/04-merge",
            because: "the book is what the repository ships"),
    ]

    @Test(
        "finds the slip and lets its twin pass",
        arguments: imports + lengths + words + traps + texts)
    func plant(_ plant: Plant) {
        let bad = SourceFile(path: plant.path, text: plant.bad)
        let good = SourceFile(path: plant.path, text: plant.good)
        #expect(plant.check.reads(bad))
        #expect(!plant.check.find(bad).isEmpty, "not found: \(plant.bad)")
        #expect(plant.check.find(good) == [], "found in: \(plant.good)")
    }

    @Test("a target without a level is found")
    func unknownTarget() {
        let file = SourceFile(path: "Sources/Unheard/A.swift", text: "import LynkCore")
        #expect(ImportDirection.check.find(file).count == 1)
    }

    static func function(lines: Int) -> String {
        "func f(_ a: Int = { 1 }()) -> [Int] {" + String(repeating: "\n", count: lines - 1) + "}"
    }
}
