import ArgumentParser
import Lynk
import LynkPayments

struct ShowDaySheet: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "day-sheet",
        abstract: "Prints what one worker collected on one day, for signing. Needs no network.",
        discussion: """
            A worker's own sheet of today; the office names the worker.

              lynk day-sheet
              lynk day-sheet --day 2026-11-02 --csv sheet.csv
              lynk day-sheet --worker Asha

            What no hub has booked is on it and marked. What is held or reversed is shown and not \
            counted. The area is where the shop was when the money was taken. In the file, texts \
            that a spreadsheet would run or round have an apostrophe before them.
            """)

    @OptionGroup var options: ReplicaOptions
    @Option(help: ArgumentHelp("The day; today without it.", valueName: "yyyy-mm-dd"))
    var day: String?
    @Option(help: ArgumentHelp("A worker's name or id.", valueName: "worker"))
    var worker: String?
    @Option(help: ArgumentHelp("Write comma-separated values to this file.", valueName: "file"))
    var csv: String?

    func run() async throws {
        try await Failure.reported {
            let replica = try options.open()
            let person = try replica.person()
            let day = try Typed.day(day)
            let sheet = try replica.read { database in
                let who = try WorkerRecord.named(worker ?? "\(person.userKey)", in: database)
                let of: [String: Value] = [
                    "worker": .key(who.key), "day": .text(day.description),
                ]
                func lines(_ query: Query) throws -> [DaySheet.Line] {
                    try database.everything(query, of, of: person.tenant)
                        .compactMap { DaySheet.Line($0) }
                }
                return DaySheet(
                    tenant: try database.tenantOfReceipts().name, worker: who.name, day: day,
                    lines: try lines(FieldQueries.daySheet) + lines(FieldQueries.daySheetWaiting),
                    late: try lines(FieldQueries.daySheetLate))
            }
            if let csv {
                try Typed.write(sheet.csv(), to: csv)
            } else {
                print(try sheet.text(), terminator: "")
            }
        }
    }
}
