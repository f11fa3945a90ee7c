import Foundation
import Synchronization

/// Compares what a client says with what a case expects, and with the kit's hub.
struct ClientJudge {
    private let scene: ClientScene
    private let expect: ClientExpectation

    init(_ scene: ClientScene, _ expect: ClientExpectation) {
        self.scene = scene
        self.expect = expect
    }

    func judge(_ answer: JSONValue, exchangesBefore: Int) throws -> [String] {
        var findings = scene.door.inside.withLock { $0.breaches }
        let code = answer["code"]?.string ?? ""
        if code == "internal_failure" { findings.append("the client failed: \(answer.text)") }
        let isOK = answer["ok"] == .bool(true)
        if let due = expect.isOK, due != isOK {
            findings.append("\(due ? "not done" : "done all the same"): \(answer.text)")
        }
        if let due = expect.code, !isOK, !due.components(separatedBy: " or ").contains(code) {
            findings.append("refused with \(code), not \(due)")
        }
        if let due = expect.isEqual, isOK, answer["equal"] != .bool(due) {
            findings.append("D3: equal must be \(due): \(answer.text)")
        }
        if let most = expect.exchangesMax {
            let count = scene.door.inside.withLock { $0.exchanges } - exchangesBefore
            if count > most { findings.append("\(count) exchanges, at most \(most)") }
        }
        guard findings.isEmpty else { return findings }
        findings += try figures()
        for row in expect.rows { findings += try atClient(row) }
        for row in expect.hubRows { findings += atHub(row) }
        return findings
    }

    private func figures() throws -> [String] {
        var findings: [String] = []
        if expect.pending != nil || expect.refused != nil || expect.incidentsMin != nil {
            let status = try scene.need(["do": .string("status")])
            func number(_ name: String) -> Int64 {
                if case .number(let number)? = status[name] { return number }
                return -1
            }
            if let due = expect.pending, number("pending") != due {
                findings.append("\(number("pending")) change sets wait, not \(due)")
            }
            if let due = expect.refused, number("refused") != due {
                findings.append("\(number("refused")) change sets are for people, not \(due)")
            }
            if let least = expect.incidentsMin, number("incidents") < least {
                findings.append("\(number("incidents")) incidents, not \(least)")
            }
        }
        if let due = expect.commits {
            let count = scene.door.inside.withLock { $0.hub.receipts.count }
            if count != due { findings.append("I1: the hub has \(count) change sets, not \(due)") }
        }
        return findings
    }

    private func clientRows(_ table: UInt64) throws -> [String: JSONValue] {
        let said = try scene.need(["do": .string("rows"), "table": .number(Int64(table))])
        guard case .array(let rows)? = said["rows"] else { return [:] }
        return rows.reduce(into: [:]) { found, row in
            found[row["key"]?.string ?? ""] = row["fields"] ?? .null
        }
    }

    private func atClient(_ row: Expectation.Row) throws -> [String] {
        let found = try clientRows(row.table)[Hex.text(scene.key(row.key))]
        guard row.isThere, let found else {
            let isRight = row.isThere == (found != nil)
            return isRight ? [] : ["the row \(row.key) is \(found == nil ? "not " : "")shown"]
        }
        return row.fields.compactMap { field, due in
            let value = BookSchema.value(found[field] ?? .null)
            return value == scene.value(due)
                ? nil : "field \(field) of \(row.key) is \(value), not \(scene.value(due))"
        }
    }

    private func atHub(_ row: Expectation.Row) -> [String] {
        let name = PageRows.Name(table: row.table, key: scene.key(row.key))
        let found = scene.door.inside.withLock { $0.hub.rows[name]?.row }
        guard row.isThere, let found else {
            return row.isThere == (found != nil) ? [] : ["the hub's row \(row.key)"]
        }
        return row.fields.compactMap { field, due in
            let value = found.fields[UInt64(field) ?? 0] ?? .null
            return value == scene.value(due)
                ? nil : "field \(field) of \(row.key) at the hub is \(value)"
        }
    }

    /// Both sides have the same rows with the same values, as far as the client's schema goes.
    func everything() throws -> [String] {
        let (hub, breaches) = scene.door.inside.withLock { ($0.hub, $0.breaches) }
        var findings = breaches
        let mine = hub.rows.values.filter { stored in
            stored.row.scopes.contains { hub.scopes[$0] != nil }
        }
        for table in Set(mine.map(\.row.table)).union([7]) where table <= 46 {
            let shown = try clientRows(table)
            let due = mine.filter { $0.row.table == table }
            let keys = Set(due.map { Hex.text($0.row.key) })
            for key in Set(shown.keys).subtracting(keys) {
                findings.append("X8: the client shows a row \(key) that the hub does not have")
            }
            for stored in due {
                guard let fields = shown[Hex.text(stored.row.key)] else {
                    findings.append("X8: the client lacks the row \(Hex.text(stored.row.key))")
                    continue
                }
                for (field, value) in stored.row.fields {
                    guard let told = fields[String(field)] else { continue }
                    if BookSchema.value(told) != value {
                        findings.append("X8: field \(field) is \(told.text), at the hub \(value)")
                    }
                }
            }
        }
        return findings
    }
}
