import ArgumentParser
import Foundation
import GRDB
import Lynk
import LynkPayments

struct Rejected: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Shows what the hub refused, and lets you decide about it.",
        discussion: """
            A refused change set stops nothing: later ones are sent all the same. It stays here, \
            with its reason, until you write it again, give it up, or hand it to the office as a \
            file. CHANGE_SET is the beginning of its name, as `lynk rejected` prints it.
            """,
        subcommands: [
            ListRejected.self, ShowRejected.self, Resubmit.self, Discard.self, ExportWork.self,
        ], defaultSubcommand: ListRejected.self)
}

struct ListRejected: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "Lists what waits for a decision.")

    @OptionGroup var options: ReplicaOptions
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let refused = try options.open().refused()
            var table = Table(["sequence", "change_set", "receipt", "written", "did", "problem"])
            table.rows = refused.map { refused in
                [
                    .number(Int64(refused.sequence)),
                    .text(json ? "\(refused.oid)" : refused.oid.short),
                    .text(refused.disposition.rawValue),
                    refused.content.map { .moment($0.made.wallMilliseconds) } ?? .none,
                    refused.content?.intent.map { .text($0.name) } ?? .none,
                    refused.problem.map { .text("\($0.code.rawValue) \($0.detail)") } ?? .none,
                ]
            }
            table.show(asJSON: json, empty: "Nothing was refused, or everything is decided.")
        }
    }
}

/// One refused change set, by the beginning of its name.
struct RefusedChoice: ParsableArguments {
    @Argument(help: ArgumentHelp("The beginning of its name.", valueName: "change-set"))
    var name: String

    func find(in replica: Replica) throws -> RefusedChangeSet {
        let found = try replica.refused().filter { "\($0.oid)".hasPrefix(name.lowercased()) }
        guard let only = found.first else {
            throw Problem(.notFound, "no refused change set begins with \(name)")
        }
        guard found.count == 1 else {
            throw Problem(.parameterInvalid, "\(found.count) change sets begin with \(name)")
        }
        return only
    }
}

struct ShowRejected: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Shows each value that a refused change set wrote.")

    @OptionGroup var options: ReplicaOptions
    @OptionGroup var choice: RefusedChoice
    @Flag(help: "Print JSON.")
    var json = false

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            let refused = try choice.find(in: replica)
            let export = try replica.export(.refused)
            let entry = export.changeSets.first { $0.oid == "\(refused.oid)" }
            var table = Table(["table", "row", "does", "field", "value"])
            for change in entry?.content?.changes ?? [] {
                let values =
                    change.puts.map { ($0.key, $0.value) }
                    + change.adds.map { ($0.key, "+ \($0.value)") }
                let named = values.isEmpty ? [("", "")] : values.sorted { $0.0 < $1.0 }
                for (field, value) in named {
                    table.rows.append([
                        .text(change.table), .text(change.key), .text(change.kind), .text(field),
                        .text(value),
                    ])
                }
            }
            table.show(asJSON: json, empty: "Its bytes were damaged; export them as they are.")
        }
    }
}

struct Resubmit: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Writes a refused change set again, mended, as a new one.",
        discussion: """
            The new change set names the refused one, so that the office can follow it.

              lynk rejected resubmit 3fa9c2 --set payment.note='receipt book 7'
            """)

    @OptionGroup var options: ReplicaOptions
    @OptionGroup var choice: RefusedChoice
    @Option(
        name: .customLong("set"),
        help: ArgumentHelp(
            "Puts a value into a field of its rows first.", valueName: "table.field=value"))
    var edits: [String] = []

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            let refused = try choice.find(in: replica)
            let edits = try edits.map { try Edit($0, replica.schema) }
            let made = try replica.resubmit(refused.oid) { database in
                for edit in edits { try edit.run(refused, database) }
            }
            print("Written as \(made.short); lynk sync sends it.")
        }
    }

    /// `table.field=value`, checked against the schema.
    private struct Edit {
        let table: TableSchema
        let field: FieldSchema
        let value: Value

        init(_ text: String, _ schema: Schema) throws {
            let sides = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            let names = sides[0].split(separator: ".")
            guard sides.count == 2, names.count == 2,
                let table = schema.table(named: String(names[0])),
                let ordinal = table.ordinal(named: String(names[1]))
            else { throw ValidationError("\(text) is not table.field=value.") }
            self.table = table
            field = table.fields[ordinal]
            switch field.type {
            case .text: value = .text(String(sides[1]))
            case .integer, .money:
                guard let number = Int64(sides[1]) else {
                    throw ValidationError("\(sides[1]) is not a whole number.")
                }
                value = .integer(number)
            default: throw ValidationError("\(field.name) cannot be given on a command line.")
            }
        }

        func run(_ refused: RefusedChangeSet, _ database: Database) throws {
            for change in refused.content?.changes ?? [] where change.table == table.id {
                try database.execute(
                    sql: "UPDATE \(table.name) SET \(field.name) = ? WHERE id = ?",
                    arguments: [value.database, Data(change.key.bytes)])
            }
        }
    }
}

struct Discard: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Gives a refused change set up; its bytes and the reason stay in the file.")

    @OptionGroup var options: ReplicaOptions
    @OptionGroup var choice: RefusedChoice
    @Option(help: "Why, for whoever asks later.")
    var reason: String

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            let refused = try choice.find(in: replica)
            try replica.discard(refused.oid, reason: reason)
            print("Given up: \(refused.oid.short).")
        }
    }
}

struct ExportWork: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Writes change sets to a file: bytes, signatures, and what they say.",
        discussion: """
            The file is JSON and can be checked without this device. Without an option it holds \
            what the hub refused.
            """)

    @OptionGroup var options: ReplicaOptions
    @Argument(help: "A new file.")
    var file: String
    @Flag(help: "Everything written here that is not durable elsewhere.")
    var all = false

    func run() async throws {
        try await Failure.reported {
            let count = try options.open().export(all ? .everything : .refused, to: file)
            print("\(count) change sets are in \(file).")
        }
    }
}

struct Logout: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Deletes the replica; work that the hub has not taken must be exported.")

    @OptionGroup var options: ReplicaOptions
    @Option(help: ArgumentHelp("A new file for everything written here.", valueName: "file"))
    var export: String?

    func run() async throws {
        try await Failure.reported {
            try options.open().erase(exportingTo: export)
            print("The replica is deleted.")
        }
    }
}
