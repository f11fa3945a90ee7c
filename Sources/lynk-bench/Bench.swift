import ArgumentParser

/// The program's root: one command per line of the performance budget.
@main
struct Bench: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lynk-bench",
        abstract: "Measures Lynk beside plain SQLite doing the same rows in the same run.",
        discussion: """
            The figure to quote is the ratio: absolute times on a shared machine mean little.
            Every measurement is repeated, Lynk and plain in turn, and its median is printed with
            the least and the greatest.
            """,
        subcommands: [FirstSync.self, LocalWrites.self, All.self], defaultSubcommand: All.self)
}

/// Every line, for the results file.
struct All: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Runs every line and prints a table in Markdown.")

    @Flag(help: "A tenth of the rows and three repetitions: finds a collapse, proves no budget.")
    var quick = false

    func run() async throws {
        Machine.printHeader(command: "lynk-bench all\(quick ? " --quick" : "")")
        var first = FirstSync()
        first.rows = quick ? 10_000 : 100_000
        first.repeats = quick ? 3 : 5
        try await first.measure()
        var local = LocalWrites()
        local.writes = quick ? 200 : 2_000
        local.bulk = quick ? 2_000 : 10_000
        local.repeats = quick ? 3 : 5
        try local.measure()
    }
}
