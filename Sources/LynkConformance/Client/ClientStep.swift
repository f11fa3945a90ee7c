/// One step of a case that judges a client: what happens at the device, at the kit's hub, between.
package struct ClientStep: Sendable {
    package enum Action: Sendable {
        case write([JSONValue])
        case sync
        case look
        /// What becomes of the next answers.
        case fault([AnswerFault])
        case hub([String: JSONValue])
        case file(FileWork)
    }
    package enum FileWork: Sendable {
        /// Keeps a copy of the file as it is now, with the replica closed.
        case keep(String)
        /// Puts a kept copy in the file's place.
        case restore(String)
        /// Goes on with a copy, and leaves the file.
        case open(String)
        /// Kills the program and opens the file again.
        case kill
    }

    package var action: Action
    package var expect = ClientExpectation()
}

/// What must hold after a step, besides the laws of every step.
package struct ClientExpectation: Sendable {
    /// Of the step's verb; nil where either may be.
    package var isOK: Bool? = true
    package var code: String?
    package var isEqual: Bool?
    package var rows: [Expectation.Row] = []
    package var hubRows: [Expectation.Row] = []
    package var pending: Int64?
    package var refused: Int64?
    package var incidentsMin: Int64?
    /// Change sets of devices that the hub has committed.
    package var commits: Int64?
    package var exchangesMax: Int64?
}

extension ClientStep {
    static let words: Set = ["write", "sync", "look", "fault", "hub", "file"]

    init(_ word: String, _ members: inout CaseMembers) throws(CaseProblem) {
        switch word {
        case "write":
            action = .write(try members.need("changes", try members.list("changes")))
        case "sync": action = .sync
        case "look": action = .look
        case "fault":
            var faults: [AnswerFault] = []
            for (index, one) in try members.need("next", try members.list("next")).enumerated() {
                faults.append(try AnswerFault(one, at: "\(members.path).next[\(index)]"))
            }
            action = .fault(faults)
        case "hub":
            let given = try members.need("hub", members.take("hub"))
            var inner = try CaseMembers(given, at: members.path + ".hub")
            action = .hub(inner.rest())
        default: action = .file(try FileWork(&members))
        }
        if let expected = members.take("expect") {
            expect = try ClientExpectation(expected, at: members.path + ".expect")
        }
    }
}

extension ClientStep.FileWork {
    init(_ members: inout CaseMembers) throws(CaseProblem) {
        if let name = try members.text("keep") {
            self = .keep(name)
        } else if let name = try members.text("restore") {
            self = .restore(name)
        } else if let name = try members.text("open") {
            self = .open(name)
        } else {
            _ = try members.need("kill", try members.truth("kill"))
            self = .kill
        }
    }
}

extension ClientExpectation {
    init(_ json: JSONValue, at path: String) throws(CaseProblem) {
        var members = try CaseMembers(json, at: path)
        code = try members.text("code")
        isOK = try members.truth("either") == true ? nil : try members.truth("ok") ?? (code == nil)
        isEqual = try members.truth("equal")
        for (index, one) in (try members.list("rows") ?? []).enumerated() {
            rows.append(try Expectation.row(one, at: "\(path).rows[\(index)]"))
        }
        for (index, one) in (try members.list("hub") ?? []).enumerated() {
            hubRows.append(try Expectation.row(one, at: "\(path).hub[\(index)]"))
        }
        pending = try members.number("pending")
        refused = try members.number("refused")
        incidentsMin = try members.number("incidents-min")
        commits = try members.number("commits")
        exchangesMax = try members.number("exchanges-max")
        try members.end()
    }
}

extension AnswerFault {
    init(_ json: JSONValue, at path: String) throws(CaseProblem) {
        switch json {
        case .string("lost"): way = .lost
        case .string("unheard"): way = .unheard
        case .string("none"): way = .none
        default:
            var members = try CaseMembers(json, at: path)
            if let at = try members.number("cut") {
                way = .cut(Int(at))
            } else if let status = try members.number("status") {
                way = .refused(Int(status), try members.need("code", try members.text("code")))
            } else if let digits = try members.text("instead") {
                way = .instead(Hex.bytes(digits) ?? [])
            } else {
                var faults: [FrameFault] = []
                let list = try members.need("frames", try members.list("frames"))
                for (index, one) in list.enumerated() {
                    faults.append(try FrameFault(one, at: "\(path).frames[\(index)]"))
                }
                way = .frames(faults)
            }
            try members.end()
        }
    }
}

extension FrameFault {
    static let types: [String: UInt8] = [
        "welcome": 0x10, "receipts": 0x11, "page": 0x12, "checkpoint": 0x13, "problem": 0x14,
        "conflicts": 0x15, "proof": 0x16,
    ]

    init(_ json: JSONValue, at path: String) throws(CaseProblem) {
        var members = try CaseMembers(json, at: path)
        let name = try members.need("frame", try members.text("frame"))
        guard let type = Self.types[name] else {
            throw CaseProblem(.memberInvalid, path + ".frame", "Name a message of an answer.")
        }
        self.type = type
        let place = (try members.list("path") ?? []).compactMap { item -> Int? in
            if case .number(let number) = item { return Int(number) }
            return nil
        }
        let digits = try members.text("hex") ?? ""
        let bytes = Hex.bytes(digits) ?? []
        let at = try members.number("at") ?? 0
        func item() throws(CaseProblem) -> CBORItem {
            guard let item = try? CBORReader.item(bytes) else {
                throw CaseProblem(.memberInvalid, path + ".hex", "Write one CBOR item.")
            }
            return item
        }
        switch try members.need("op", try members.text("op")) {
        case "drop": change = .drop
        case "twice": change = .twice
        case "last": change = .last
        case "checksum": change = .checksum
        case "flip": change = .flip(Int(at))
        case "payload": change = .payload(bytes)
        case "set": change = .set(place, try item())
        case "add": change = .add(place, at)
        case "invert": change = .invert(place)
        case "remove": change = .remove(place)
        case "append": change = .append(place, try item())
        case "member":
            let key = try members.need("key", try members.number("key"))
            change = .member(place, UInt64(max(0, key)), try item())
        case "follow":
            let type = try members.need("type", try members.number("type"))
            change = .follow(UInt8(truncatingIfNeeded: type), bytes)
        default:
            throw CaseProblem(.memberInvalid, path + ".op", "Write drop, twice, last, ... .")
        }
        try members.end()
    }
}
