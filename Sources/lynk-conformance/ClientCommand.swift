import ArgumentParser
import Foundation
import LynkConformance

struct ExploreClient: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explore-client",
        abstract: "Plays walks that a seed decides against a client.",
        discussion: "Exit codes: 0 all held, 1 one did not.")
    @OptionGroup var folder: CaseFolder
    @Option(help: "The adapter's program and its arguments, with spaces between.")
    var adapter: String
    @Option(help: "Decides every walk.") var seed: UInt64 = 1
    @Option(help: "How many walks.") var walks = 100
    @Option(help: "How many steps each.") var steps = 14
    @Option(help: "Only this walk, with its steps.") var walk: Int?

    func run() throws {
        let adapter = AdapterProcess(adapter.split(separator: " ").map(String.init))
        let schema = try folder.schema()
        var findings = 0
        for number in walk.map({ $0..<$0 + 1 }) ?? 0..<walks {
            let made = ClientWalk(number: number, seed: seed, steps: steps)
            let runner = ClientRunner(
                adapter: adapter, schema: schema, features: [], seed: seed &+ UInt64(number))
            let result = runner.run(made.one)
            guard result.status != .pass else { continue }
            findings += 1
            if walk != nil { print(made.one.title) }
            print("walk \(number): \(result.findings.joined(separator: "; "))")
        }
        print("\(walk == nil ? walks : 1) walks, \(findings) with findings, seed \(seed)")
        if findings > 0 { throw ExitCode(1) }
    }
}

struct ClientCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "client", abstract: "Plays the cases against a client.",
        discussion: """
            The client is driven by a program that takes lines of JSON and answers with lines of \
            JSON; Protocol/Conformance/README.md has the words. The kit plays the hub itself.

            Exit codes: 0 nothing failed, 1 a case failed, 64 wrong usage.
            """)
    @OptionGroup var folder: CaseFolder
    @Option(help: "The adapter's program and its arguments, with spaces between.")
    var adapter: String
    @Option(help: "Decides every random value.") var seed: UInt64 = 1
    @Option(help: "Only this section, as receipts.") var section: [String] = []
    @Option(name: .customLong("case"), help: "Only this case.") var only: [String] = []
    @Option(help: "What the client has beyond the base.") var feature: [String] = []
    @Option(help: "What the report calls the client.") var name = "client"
    @Option(help: "A folder for report.json, junit.xml, report.html and badge.svg.")
    var report: String?

    func run() throws {
        let cases = try folder.load().filter { one in
            one.role != .server && (section.isEmpty || section.contains(one.section))
                && (only.isEmpty || only.contains(one.id))
        }
        guard !cases.isEmpty else { throw ValidationError("no case is meant by that") }
        let runner = ClientRunner(
            adapter: AdapterProcess(adapter.split(separator: " ").map(String.init)),
            schema: try folder.schema(), features: Set(feature), seed: seed)
        let outcome = RunReport(
            implementation: name, seed: seed, cases: cases, results: cases.map(runner.run))
        print(outcome.text)
        if let report { try outcome.write(to: report) }
        if !outcome.isClean { throw ExitCode(1) }
    }
}

extension CaseFolder {
    /// The application's schema, next to the kit's folder in the book.
    func schema() throws -> BookSchema {
        let file = URL(fileURLWithPath: book).appendingPathComponent("../Schemas/payments.json")
        return try BookSchema(JSONValue.parse(Array(try Data(contentsOf: file))))
    }
}
