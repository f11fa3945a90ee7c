/// A case in words.
package enum CaseText {
    package static func explain(_ one: ConformanceCase) -> String {
        var lines = [
            "\(one.id)  \(one.title)",
            "rules     \(one.rules.joined(separator: ", "))",
            "level     \(one.level.rawValue), \(one.strength.rawValue), \(one.role.rawValue)",
        ]
        if let negative = one.negative {
            lines.append("refused   at \(negative.phase.rawValue) with \(negative.code)")
        }
        for (index, step) in one.steps.enumerated() {
            lines.append("step \(index + 1)    \(step.device) \(words(step.action))")
            lines.append("          \(words(step.expect))")
        }
        return lines.joined(separator: "\n")
    }

    private static func words(_ action: CaseStep.Action) -> String {
        switch action {
        case .client(let step): return words(step)
        case .office(let office):
            return "sees \(office.shops.count) shops and \(office.invoices.count) invoices made"
        case .control(let words): return "meets a server after: " + words.joined(separator: " ")
        case .copy(let name): return "begins with all that \(name) has"
        case .request(let request): return "sends \(request.method) \(request.path)"
        case .exchange(let exchange):
            if let again = exchange.again { return "sends the bytes of \(again) again" }
            let count = exchange.push.reduce(0) { $0 + Int($1.copies) }
            let bent =
                !exchange.bend.isEmpty || !exchange.hello.isEmpty || exchange.frames != nil
                || exchange.push.contains { !$0.bend.isEmpty }
            return "exchanges with \(count) change sets" + (bent ? ", bent as the file says" : "")
                + (exchange.isLost ? ", and does not hear the answer" : "")
        }
    }

    private static func words(_ step: ClientStep) -> String {
        switch step.action {
        case .write(let changes): "writes \(changes.count) changes"
        case .sync: "syncs"
        case .look: "is looked at"
        case .fault(let faults): "gets \(faults.count) answers as the file says"
        case .hub(let members): "meets a hub with \(members.keys.sorted().joined(separator: ", "))"
        case .file(let work): "has its file handled: \(work)"
        }
    }

    private static func words(_ expect: Expectation) -> String {
        var parts = ["status \(expect.status)"]
        if let code = expect.code { parts.append("problem \(code)") }
        if let refusal = expect.refusal { parts.append("push refused with \(refusal)") }
        for receipt in expect.receipts ?? [] {
            parts.append(
                receipt.disposition + (receipt.code.map { " \($0)" } ?? "")
                    + (receipt.isRepeat == true ? " again" : ""))
        }
        if let ending = expect.ending { parts.append("ends with \(ending)") }
        if !expect.rows.isEmpty { parts.append("\(expect.rows.count) rows looked at") }
        return "expects   " + parts.joined(separator: "; ")
    }
}
