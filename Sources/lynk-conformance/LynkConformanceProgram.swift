import ArgumentParser
import Foundation
import LynkConformance

@main
struct LynkConformanceProgram: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lynk-conformance",
        abstract: "Judges an implementation of the Lynk protocol by the rules of the book.",
        subcommands: [
            ServerCommand.self, ClientCommand.self, ListCases.self, ExplainCase.self, KillRate.self,
            Mutate.self, FuzzServer.self, Explore.self,
            ExploreClient.self,
        ])
}

/// Where the cases are.
struct CaseFolder: ParsableArguments {
    @Option(help: "The folder Protocol/Conformance of the book.")
    var book = "Protocol/Conformance"

    func load() throws -> [ConformanceCase] { try CaseLoader.load(book + "/cases/v1") }
}

struct ListCases: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Every case: id, level, strength, rules, title.")
    @OptionGroup var folder: CaseFolder

    func run() throws {
        for one in try folder.load() {
            print(
                one.id, one.level.rawValue, one.strength.rawValue,
                one.rules.joined(separator: ","), one.title, separator: "  ")
        }
    }
}

struct ExplainCase: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "explain", abstract: "What a case does and expects.")
    @OptionGroup var folder: CaseFolder
    @Argument(help: "The case's id, as LYNK-FRAMING-001.") var id: String

    func run() throws {
        guard let one = try folder.load().first(where: { $0.id == id }) else {
            throw ValidationError("no case has the id \(id): see lynk-conformance list")
        }
        print(CaseText.explain(one))
    }
}
