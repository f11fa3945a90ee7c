import Checklists
import GRDB
import Lynk

/// The day for people: what each did, what became of it, how it ended.
struct DayReport {
    let text: String
    let faults: [String]

    init(_ day: Day) async throws {
        let agreement = try Agreement(day.cast)
        let outcome = try Outcome(day.cast)
        let overview = try await day.hub.operatorClient.run("sites", in: day.cast.tenant)
        var sites = TextTable([
            "code", "title", "risk", "closed", "visits", "open findings", "items", "checked",
        ])
        for row in overview { sites.add(row) }
        text = """
            What they did

            \(try Self.deeds(day))

            How each conflict was decided, from sync_conflicts on the office's device

            \(try ConflictTable(day.cast).text)

            How it ended

            \(outcome.table.text)

            The hub's overview

            \(sites.text)

            Who has what

            \(agreement.lines.joined(separator: "\n"))
            """
        faults = agreement.faults + outcome.faults
    }

    private static func deeds(_ day: Day) throws -> String {
        var answers: [String: [Int64: String]] = [:]
        for person in day.cast.everybody {
            for row in try person.rows("SELECT * FROM sync_receipts") {
                answers[person.name, default: [:]][row["sequence"]] = answer(row)
            }
        }
        var table = TextTable(["time", "who", "what", "answer of the hub"])
        for deed in day.journal.deeds {
            let answer = deed.sequence.flatMap { answers[deed.who]?[Int64($0)] } ?? ""
            table.add([DayTime.text(deed.milliseconds), deed.who, deed.what, answer])
        }
        return table.text
    }

    private static func answer(_ row: Row) -> String {
        let disposition: String = row["disposition"]
        let conflicts: Int64 = row["conflicts"]
        let problem: String? = row["problem"]
        let detail: String? = row["detail"]
        var text = disposition
        if conflicts > 0 { text += ", \(conflicts) conflict\(conflicts == 1 ? "" : "s")" }
        if let problem { text += ": \(problem), \(detail ?? "")" }
        return text
    }
}
