import Foundation

/// What became of one case.
package struct CaseResult: Sendable {
    package enum Status: String, Sendable { case pass, fail, unsupported, error }
    package let id: String
    package let status: Status
    /// What did not hold, each with its step and rule.
    package let findings: [String]
    package let seconds: Double
}

/// Plays cases against one server, each with devices of its own.
package final class CaseRunner {
    private(set) var world: TestWorld
    /// Makes another town: a device's first pull brings all that cases before it have written.
    private let renew: (() throws -> TestWorld)?
    private var cases = 0
    private let control: ServerControl?
    private let features: Set<String>
    /// Falsifies answers before they are judged, to prove that the kit sees it.
    private let liar: Liar?

    package init(
        world: TestWorld, features: Set<String> = [], liar: Liar? = nil,
        control: ServerControl? = nil, renew: (() throws -> TestWorld)? = nil
    ) {
        self.world = world
        self.renew = renew
        self.control = control
        self.features = features
        self.liar = liar
    }

    package func run(_ one: ConformanceCase) -> CaseResult {
        let began = Date()
        func result(_ status: CaseResult.Status, _ findings: [String]) -> CaseResult {
            CaseResult(
                id: one.id, status: status, findings: findings,
                seconds: Date().timeIntervalSince(began))
        }
        guard features.isSuperset(of: one.features), one.role != .client else {
            return result(.unsupported, ["needs \(one.features.joined(separator: ", "))"])
        }
        cases += 1
        do {
            if cases % 10 == 0, let renew { world = try renew() }
        } catch {
            return result(.error, ["no town: \(error)"])
        }
        let scene = CaseScene(world)
        var findings: [String] = []
        for (index, step) in one.steps.enumerated() {
            do {
                findings += try play(step, scene).map { "step \(index + 1): \($0)" }
            } catch let slip as CBORSlip {
                findings.append("step \(index + 1): the answer is malformed: \(slip)")
            } catch {
                return result(.error, findings + ["step \(index + 1): \(error)"])
            }
            if !findings.isEmpty { break }
        }
        return result(findings.isEmpty ? .pass : .fail, findings)
    }

    private func play(_ step: CaseStep, _ scene: CaseScene) throws -> [String] {
        switch step.action {
        case .client: return []
        case .office(let office):
            try world.office(office, ids: { scene.id($0) })
            return []
        case .control(let words):
            guard let control else { throw LineBroken(description: "no control program") }
            try world.line.close()
            try control.run(words)
            return []
        case .copy(let name):
            scene.keep(try scene.device(name), as: step.device)
            return []
        case .request(let request): return try play(request, step, scene)
        case .exchange(let exchange): return try play(exchange, step, scene)
        }
    }

    private func play(
        _ request: RequestTemplate, _ step: CaseStep, _ scene: CaseScene
    ) throws -> [String] {
        var headers = try request.headers.mapValues(scene.text)
        headers["Authorization"] = try bearer(request.token, step.device, scene)
        let body = try request.json.map(scene.json)?.text ?? request.text ?? ""
        var answer = try world.line.send(
            request.method, try scene.text(request.path), headers: headers, body: Array(body.utf8))
        try liar?.answer(&answer)
        return StepJudge(step.expect, scene).judge(plain: answer)
    }

    private func play(
        _ exchange: ExchangeTemplate, _ step: CaseStep, _ scene: CaseScene
    ) throws -> [String] {
        var device = try scene.device(step.device)
        let made: RequestMaker.Made
        if let again = exchange.again {
            guard let found = scene.bodies[again] else {
                throw CaseProblem(.memberInvalid, "again", "Name an earlier step.")
            }
            made = .init(body: found.body, sent: found.sent)
        } else {
            made = try RequestMaker(scene: scene, device: device).body(exchange)
        }
        if let name = step.name { scene.bodies[name] = (made.body, made.sent) }
        var headers = ["Content-Type": "application/vnd.lynk.sync+cbor"]
        headers.merge(exchange.headers) { $1 }
        headers["Authorization"] = try bearer(exchange.token, step.device, scene)
        let path = try scene.text(exchange.path ?? "/v1/tenants/{tenant}/sync")
        let own = "/v1/tenants/\(Hex.id(device.tenant))/sync"
        if exchange.isHeld {
            device.taken += made.sent
            scene.keep(device, as: step.device)
            return []
        }
        var sending = Sending(
            path: exchange.path == nil ? own : path, headers: headers, made: made)
        try liar?.request(&sending, device)
        if let weather = exchange.weather, weather.times > 1 {
            let findings = try raced(sending, weather, &device)
            scene.keep(device, as: step.device)
            return findings
        }
        let came =
            try exchange.weather.map { try broken(sending, $0) }
            ?? world.line.send(
                "POST", sending.path, headers: sending.headers, body: sending.made.body)
        // Nothing came: the device goes on without having heard.
        guard var answer = came else { return [] }
        try liar?.answer(&answer)
        let judge = StepJudge(step.expect, scene)
        guard answer.status == 200, step.expect.status == 200 else {
            return judge.judge(plain: answer)
        }
        let read = try Answer(answer.body)
        let laws = AnswerLaws(read, to: device, sent: made.sent)
        var findings = laws.breaches.map { "\($0.rule): \($0.what)" }
        if !exchange.isLost {
            device.take(read, sent: made.sent)
            scene.keep(device, as: step.device)
        }
        findings += try judge.judge(read, device)
        return findings
    }

    func bearer(_ choice: String, _ name: String, _ scene: CaseScene) throws -> String {
        switch choice {
        case "own": return "Bearer " + (try scene.device(name).token)
        case "none": return ""
        case "operator": return "Bearer " + world.operatorToken
        case let word where word.hasPrefix("of "):
            return "Bearer " + (try scene.device(String(word.dropFirst(3))).token)
        case "bent":
            // Another signature: its last characters but one are others now.
            let token = try scene.device(name).token
            let other = token.hasSuffix("AAAAAA") ? "BBBBBB" : "AAAAAA"
            return "Bearer " + token.dropLast(12) + other + other
        default: return choice
        }
    }
}
