import ArgumentParser
import Foundation
import LynkConformance

struct FuzzServer: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz-server",
        abstract: "Sends generated requests: honest ones and golden vectors, changed by a seed.",
        discussion: """
            Each is judged by what the book says of any request, and after every fifty an honest \
            push must be taken. Exit codes: 0 each was answered so, 1 one was not.
            """)
    @OptionGroup var folder: CaseFolder
    @OptionGroup var server: ServerUnderTest
    @Option(help: "How many cases.") var count = 10_000

    func run() throws {
        var requests = try GeneratedRequests(
            seed: server.seed, vectors: try folder.vectors(), make: { try server.world() })
        let findings = try requests.play(count)
        findings.prefix(50).forEach { print($0) }
        print("\(count) generated cases, \(findings.count) findings, seed \(server.seed)")
        if !findings.isEmpty { throw ExitCode(1) }
    }
}

struct Explore: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plays walks of several devices that a seed decides.",
        discussion: """
            Pushes, pulls, lost answers, broken lines, repeats and copies; at the end every device \
            has the same rows, with each payment once. Exit codes: 0 all held, 1 one did not.
            """)
    @OptionGroup var server: ServerUnderTest
    @Option(help: "How many walks.") var walks = 200
    @Option(help: "How many steps each.") var steps = 12

    func run() throws {
        var findings = 0
        var world = try server.world()
        for walk in 0..<walks {
            if walk % 4 == 3 { world = try server.world() }
            let seed = server.seed &* 1_000_003 &+ UInt64(walk)
            let found = try SeededWalk(world: world, seed: seed).play(steps: steps)
            found.forEach { print("walk \(walk): \($0)") }
            findings += found.isEmpty ? 0 : 1
        }
        print("\(walks) walks of \(steps) steps, \(findings) with findings, seed \(server.seed)")
        if findings > 0 { throw ExitCode(1) }
    }
}

extension CaseFolder {
    /// The bytes of every golden vector, next to the kit's folder in the book.
    func vectors() throws -> [[UInt8]] {
        let folder = URL(fileURLWithPath: book).appendingPathComponent("../Vectors")
        let files = try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted()
        return try files.filter { $0.hasSuffix(".json") }.flatMap { file -> [[UInt8]] in
            let bytes = try Data(contentsOf: folder.appendingPathComponent(file))
            return Self.hexadecimal(in: try JSONValue.parse(Array(bytes)))
        }
    }

    /// Every text of the JSON that is bytes in hexadecimal.
    private static func hexadecimal(in json: JSONValue) -> [[UInt8]] {
        switch json {
        case .string(let text):
            guard text.count >= 16, let bytes = Hex.bytes(text) else { return [] }
            return [bytes]
        case .array(let items): return items.flatMap(hexadecimal)
        case .object(let members):
            return members.sorted { $0.key < $1.key }.flatMap { hexadecimal(in: $0.value) }
        default: return []
        }
    }
}
