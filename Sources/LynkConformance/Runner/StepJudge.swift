import Foundation

/// Holds an answer against what the step expects of it.
struct StepJudge {
    let expect: Expectation
    let scene: CaseScene

    init(_ expect: Expectation, _ scene: CaseScene) {
        self.expect = expect
        self.scene = scene
    }

    func judge(plain answer: PlainAnswer) -> [String] {
        var findings: [String] = []
        // Where the book leaves the code to the server, the case names each that is good.
        let codes = expect.code?.components(separatedBy: " or ") ?? []
        let isRefused = codes.count > 1 && (400..<500).contains(answer.status)
        if !isRefused, Int64(answer.status) != expect.status {
            findings.append("status \(answer.status) in the place of \(expect.status)")
        }
        if let due = expect.code, !codes.contains(answer.code ?? "") {
            findings.append("problem \(answer.code ?? "none") in the place of \(due)")
        }
        if expect.code != nil {
            let head = String(decoding: answer.head, as: UTF8.self).lowercased()
            if !head.contains("application/problem+json") {
                findings.append("a problem that is not application/problem+json")
            }
        }
        let all = String(decoding: answer.head + answer.body, as: UTF8.self)
        for template in expect.contains {
            let text = (try? scene.text(template)) ?? template
            if !all.contains(text) { findings.append("the answer does not hold \(text)") }
        }
        return findings
    }

    func judge(_ answer: Answer, _ device: TestDevice) throws -> [String] {
        var findings: [String] = []
        func compare(_ name: String, _ found: String?, _ due: String?) {
            if found != due {
                findings.append("\(name) \(found ?? "none") in the place of \(due ?? "none")")
            }
        }
        compare("refusal", answer.refusal, expect.refusal)
        compare("ending", answer.ending, expect.ending)
        if let verdict = expect.verdict { compare("verdict", answer.verdict, verdict) }
        if let due = expect.receipts {
            var found = answer.receipts.map(Self.word)
            var words = due.map { receipt in
                receipt.disposition + (receipt.code.map { " \($0)" } ?? "")
                    + (receipt.isRepeat == true ? " again" : "")
            }
            for (place, receipt) in due.enumerated()
            where receipt.isRepeat == nil && place < found.count {
                found[place] = String(found[place].split(separator: " again").first ?? "")
                words[place] = String(words[place].split(separator: " again").first ?? "")
            }
            for (place, receipt) in due.enumerated()
            where place < found.count && receipt.disposition.contains(" or ") {
                // The book leaves it to the server.
                for one in receipt.disposition.components(separatedBy: " or ")
                where found[place].hasPrefix(one + " ") || found[place] == one {
                    words[place] = words[place].replacing(receipt.disposition, with: one)
                }
            }
            compare("receipts", found.joined(separator: ", "), words.joined(separator: ", "))
        }
        if let due = expect.conflicts, Int64(answer.conflicts) != due {
            findings.append("X16: \(answer.conflicts) conflicts in the place of \(due)")
        }
        for receipt in answer.receipts where expect.isProven {
            if device.proven(receipt.oid) != receipt.effective {
                findings.append("I20: another effective time than was signed before")
            }
        }
        if let age = expect.age, let last = answer.receipts.last {
            let found = (Int64(answer.hubTime >> 16) - Int64(last.effective >> 16)) / 1000
            if abs(found - age) > 5 {
                findings.append("T6: an effective time \(found) s ago in the place of \(age) s")
            }
        }
        for row in expect.rows { findings += try judge(row, device) }
        for due in expect.found {
            let wanted = try due.fields.mapValues { try scene.value($0) }
            let count = device.rows.values.count { row in
                row.table == due.table
                    && wanted.allSatisfy { (row.fields[UInt64($0) ?? 0] ?? .null) == $1 }
            }
            if count != due.count {
                findings.append("\(count) rows of table \(due.table) as described: \(wanted)")
            }
        }
        return findings
    }

    private static func word(_ receipt: Answer.Receipt) -> String {
        receipt.disposition + (receipt.code.map { " \($0)" } ?? "")
            + (receipt.isRepeat ? " again" : "")
    }

    private func judge(_ due: Expectation.Row, _ device: TestDevice) throws -> [String] {
        let key = try scene.bytes(due.key)
        let found = device.rows[.init(table: due.table, key: key)]
        guard due.isThere else {
            return found == nil ? [] : ["row \(due.key) is there and should not be"]
        }
        guard let found else { return ["row \(due.key) is not there"] }
        var findings: [String] = []
        for (field, value) in due.fields {
            let wanted = try scene.value(value)
            let has = found.fields[UInt64(field) ?? 0] ?? .null
            if has != wanted {
                findings.append("field \(field) of \(due.key) is \(has), not \(wanted)")
            }
        }
        return findings
    }
}
