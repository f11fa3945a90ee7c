extension CaseStep {
    init(_ json: JSONValue, at path: String) throws(CaseProblem) {
        var members = try CaseMembers(json, at: path)
        name = try members.text("name")
        device = try members.text("as") ?? "d1"
        let word = try members.need("do", try members.text("do"))
        if ClientStep.words.contains(word) {
            expect = Expectation()
            action = .client(try ClientStep(word, &members))
            try members.end()
            return
        }
        let expected = members.take("expect") ?? .object([:])
        expect = try Expectation(expected, at: path + ".expect")
        switch word {
        case "office": action = .office(try OfficeTemplate(&members))
        case "server": action = .control(try members.texts("control") ?? ["restart"])
        case "copy": action = .copy(of: try members.text("of") ?? "d1")
        case "exchange": action = .exchange(try ExchangeTemplate(&members))
        case "request": action = .request(try RequestTemplate(&members))
        default:
            throw CaseProblem(
                .memberInvalid, path + ".do", "Write a word that the README has.")
        }
        try members.end()
    }
}

extension ExchangeTemplate {
    init(_ members: inout CaseMembers) throws(CaseProblem) {
        if var bent = try members.object("hello") { hello = bent.rest() }
        for (index, one) in (try members.list("push") ?? []).enumerated() {
            push.append(try PushTemplate(one, at: "\(members.path).push[\(index)]"))
        }
        signature = try members.text("signature") ?? signature
        frames = try members.list("frames")
        bend = try Bend.all(&members)
        token = try members.text("token") ?? token
        path = try members.text("path")
        headers = try CaseStep.headers(&members)
        again = try members.text("again")
        isLost = try members.truth("lost") ?? false
        isHeld = try members.truth("held") ?? false
        offersAll = try members.truth("all") ?? false
        if let json = members.take("net") {
            weather = try LineWeather(json, at: members.path + ".net")
        }
    }
}

extension OfficeTemplate {
    init(_ members: inout CaseMembers) throws(CaseProblem) {
        shops = try members.texts("shops") ?? []
        for (index, one) in (try members.list("invoices") ?? []).enumerated() {
            var inner = try CaseMembers(one, at: "\(members.path).invoices[\(index)]")
            invoices.append(
                Invoice(
                    name: try inner.need("name", try inner.text("name")),
                    shop: try inner.need("shop", try inner.text("shop")),
                    total: try inner.need("total", try inner.number("total")),
                    issued: try inner.text("issued") ?? "2026-09-15"))
            try inner.end()
        }
    }
}

extension PushTemplate {
    init(_ json: JSONValue, at path: String) throws(CaseProblem) {
        if case .string(let payment) = json {
            changes = [.object(["payment": .string(payment)])]
            return
        }
        var members = try CaseMembers(json, at: path)
        changes = try members.list("changes") ?? []
        if let payment = try members.text("payment") {
            changes.append(.object(["payment": .string(payment)]))
        }
        previous = try members.text("previous") ?? previous
        context = try members.text("context") ?? context
        tenant = try members.text("tenant")
        device = try members.text("device")
        intent = try members.texts("intent")
        age = try members.number("age") ?? 0
        copies = try members.number("copies") ?? 1
        bend = try Bend.all(&members)
        try members.end()
    }
}

extension RequestTemplate {
    init(_ members: inout CaseMembers) throws(CaseProblem) {
        method = try members.text("method") ?? "POST"
        path = try members.need("path", try members.text("path"))
        token = try members.text("token") ?? "own"
        headers = try CaseStep.headers(&members)
        json = members.take("json")
        text = try members.text("text")
    }
}

extension CaseStep {
    static func headers(_ members: inout CaseMembers) throws(CaseProblem) -> [String: String] {
        guard var found = try members.object("headers") else { return [:] }
        let path = found.path
        var headers: [String: String] = [:]
        for (name, value) in found.rest() {
            guard case .string(let text) = value else {
                throw CaseProblem(.memberInvalid, path + "." + name, "Write text here.")
            }
            headers[name] = text
        }
        return headers
    }
}

extension Bend {
    static func all(_ members: inout CaseMembers) throws(CaseProblem) -> [Bend] {
        var found: [Bend] = []
        for (index, one) in (try members.list("bend") ?? []).enumerated() {
            found.append(try Bend(one, at: "\(members.path).bend[\(index)]"))
        }
        return found
    }

    init(_ json: JSONValue, at path: String) throws(CaseProblem) {
        var members = try CaseMembers(json, at: path)
        switch members.take("at") {
        case .number(let offset): at = .offset(Int(offset))
        case .string("context"): at = .context
        case .string("end"): at = .offset(Int.max)
        default:
            throw CaseProblem(.memberInvalid, path + ".at", "Write a number, context or end.")
        }
        removes = Int(try members.number("remove") ?? 0)
        flips = UInt8(truncatingIfNeeded: try members.number("flip") ?? 0)
        let digits = try members.text("insert") ?? ""
        guard let bytes = Hex.bytes(digits) else {
            throw CaseProblem(.memberInvalid, path + ".insert", "Write pairs of hex digits.")
        }
        let times = Int(try members.number("times") ?? 1)
        inserts = (0..<max(0, times)).flatMap { _ in bytes }
        try members.end()
    }
}
