import ArgumentParser
import Foundation
import LynkConformance

/// What to run, and against which server.
struct ServerUnderTest: ParsableArguments {
    @Option(help: "The server's address, as https://127.0.0.1:8443.") var url: String
    @Option(help: "The authority that signed its certificate, in PEM.") var ca: String?
    @Option(help: "A token of the operator's routes.") var operatorToken: String
    @Option(help: "Decides every random value: the same seed makes the same run.")
    var seed: UInt64 = 1

    func world() throws -> TestWorld {
        try TestWorld(
            line: PlainLine(url: url, authority: ca), operatorToken: operatorToken, seed: seed)
    }
}

struct ServerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "server", abstract: "Plays the cases against a server.",
        discussion: "Exit codes: 0 nothing failed, 1 a case failed, 64 wrong usage.")
    @OptionGroup var folder: CaseFolder
    @OptionGroup var server: ServerUnderTest
    @Flag(help: "Only the cases that are quick.") var quick = false
    @Option(help: "Only this section, as framing.") var section: [String] = []
    @Option(name: .customLong("case"), help: "Only this case.") var only: [String] = []
    @Option(help: "What the server has beyond the base.") var feature: [String] = []
    @Option(help: "A program that restarts, kills, backs up and restores the server.")
    var control: String?
    @Option(help: "What the report calls the server.") var name = "server"
    @Option(help: "A folder for report.json, junit.xml, report.html and badge.svg.")
    var report: String?
    @Option(help: ArgumentHelp("Falsify each answer so.", visibility: .hidden))
    var liar: String?

    func run() throws {
        let cases = try folder.load().filter { one in
            one.role != .client && (!quick || one.isQuick)
                && (section.isEmpty || section.contains(one.section))
                && (only.isEmpty || only.contains(one.id))
        }
        guard !cases.isEmpty else { throw ValidationError("no case is meant by that") }
        let falsehood = liar.flatMap(Liar.named)
        guard liar == nil || falsehood != nil else { throw ValidationError("no such liar") }
        let runner = CaseRunner(
            world: try server.world(), features: Set(feature + (control == nil ? [] : ["control"])),
            liar: falsehood,
            control: control.map { ServerControl($0.split(separator: " ").map(String.init)) },
            renew: { try server.world() })
        let outcome = RunReport(
            implementation: name, seed: server.seed, cases: cases, results: cases.map(runner.run))
        print(outcome.text)
        if let report { try outcome.write(to: report) }
        if !outcome.isClean { throw ExitCode(1) }
    }
}

extension RunReport {
    /// Writes the files of a report.
    func write(to folder: String) throws {
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        let files = [
            "report.json": json, "junit.xml": junit, "report.html": html, "badge.svg": svg,
        ]
        for (file, text) in files {
            try Data((text + "\n").utf8).write(to: URL(fileURLWithPath: folder + "/" + file))
        }
    }
}

struct KillRate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "kill-rate",
        abstract: "Whether the cases see a server that lies, in each way that the kit knows.",
        discussion: "Exit codes: 0 every lie is seen, 1 one is not.")
    @OptionGroup var folder: CaseFolder
    @OptionGroup var server: ServerUnderTest
    @Option(help: "Where the table is written as a page, as Protocol/Conformance/KillRate.md.")
    var page: String?

    /// The short ones that look at most come first; a lie that these miss meets all the others.
    private static let first = ["push", "refusal", "access", "framing", "hello", "receipt"]

    func run() throws {
        let cases = try folder.load().filter { $0.role != .client && $0.isQuick }
        let order = cases.sorted { Self.rank($0) < Self.rank($1) }
        var lines: [KillTable.Line] = []
        for liar in Liar.all {
            let runner = CaseRunner(
                world: try server.world(), liar: liar, renew: { try server.world() })
            let failed = order.first { runner.run($0).status == .fail }
            lines.append(.init(lie: liar, seenBy: failed?.id))
            print(liar.name, failed?.id ?? "NOT SEEN", separator: "  ")
        }
        let table = KillTable(lines: lines)
        print("\(table.seen) of \(lines.count) lies seen")
        if let page { try Data(table.page.utf8).write(to: URL(fileURLWithPath: page)) }
        if table.seen < lines.count { throw ExitCode(1) }
    }

    private static func rank(_ one: ConformanceCase) -> Int {
        first.firstIndex(of: one.section) ?? first.count
    }
}

struct Mutate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "mutate",
        abstract: "Sends honest pushes with one byte changed, in frames whose checksums are good.",
        discussion: "Exit codes: 0 each was answered as the book says, 1 one was not.")
    @OptionGroup var server: ServerUnderTest
    @Option(help: "How many requests.") var count = 200

    func run() throws {
        var mutations = BentRequests(world: try server.world(), seed: server.seed)
        let findings = try mutations.play(count)
        findings.forEach { print($0) }
        print("\(count) mutations, \(findings.count) findings, seed \(server.seed)")
        if !findings.isEmpty { throw ExitCode(1) }
    }
}
