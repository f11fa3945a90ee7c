/// A walk of several devices of one worker: pushes, pulls, lost answers, repeats, broken lines,
/// copies, in an order that a seed decides. After each step the laws of every answer hold, and at
/// the end every device has the same rows, with each payment there once.
package final class SeededWalk {
    private let scene: CaseScene
    private let world: TestWorld
    private var random: SeededRandom
    private var names: [String] = ["w1", "w2"]
    /// What each device sent last, and may send again.
    private var last: [String: RequestMaker.Made] = [:]
    private var payments: [String] = []
    private var trace: [String] = []

    package init(world: TestWorld, seed: UInt64) {
        self.world = world
        scene = CaseScene(world)
        random = SeededRandom(seed: seed)
    }

    /// What did not hold, with the steps that led there.
    package func play(steps: Int) throws -> [String] {
        for _ in 0..<steps {
            let findings = try step()
            if !findings.isEmpty {
                return findings.map { "\(trace.joined(separator: ", ")): \($0)" }
            }
        }
        return try end().map { "\(trace.joined(separator: ", ")): \($0)" }
    }

    private func step() throws -> [String] {
        let name = names.randomElement(using: &random) ?? "w1"
        switch Int.random(in: 0..<12, using: &random) {
        case 0..<4: return try push(name, weather: nil, isHeard: true)
        case 4: return try push(name, weather: nil, isHeard: false)
        case 5:
            let at = -Int.random(in: 1...300, using: &random)
            return try push(name, weather: .init(uploadCut: at), isHeard: false)
        case 6:
            let at = Int.random(in: 0...600, using: &random)
            return try push(name, weather: .init(answerCut: at), isHeard: false)
        case 7, 8: return try again(name)
        case 9 where names.count < 5:
            let copy = "w\(names.count + 1)"
            trace.append("\(copy) copies \(name)")
            var twin = try scene.device(name)
            // As a device does that finds its file elsewhere (I7).
            twin.lane = world.freshID()
            twin.ratchet = []
            scene.keep(twin, as: copy)
            names.append(copy)
            // What the original has not heard of is the copy's as well.
            last[copy] = last[name]
            return last[copy] == nil ? [] : try again(copy)
        default: return try pull(name)
        }
    }

    private func made(_ name: String, _ pushes: [PushTemplate]) throws -> RequestMaker.Made {
        var template = ExchangeTemplate()
        template.push = pushes
        let device = try scene.device(name)
        return try RequestMaker(scene: scene, device: device).body(template)
    }

    private func push(
        _ name: String, weather: LineWeather?, isHeard: Bool
    ) throws -> [String] {
        // What was not heard goes first: the chain goes on from it (C2).
        var findings = last[name] == nil ? [] : try again(name)
        guard findings.isEmpty else { return findings }
        let fresh = (0..<Int.random(in: 1...3, using: &random)).map { _ in
            "p\(payments.count)-\(random.next() % 1_000_000)"
        }
        payments += fresh
        let body = try made(name, fresh.map { .payment($0) })
        trace.append("\(name) pushes \(fresh.count)" + (isHeard ? "" : ", unheard"))
        last[name] = body
        guard isHeard else {
            let device = try scene.device(name)
            _ = try world.line.send(
                path(device), headers: headers(device), body: body.body, weather ?? .init())
            return []
        }
        findings = try send(name, body)
        return findings
    }

    private func again(_ name: String) throws -> [String] {
        guard let body = last[name] else { return try pull(name) }
        trace.append("\(name) repeats")
        return try send(name, body)
    }

    private func pull(_ name: String) throws -> [String] {
        trace.append("\(name) pulls")
        return try send(name, try made(name, []))
    }

    private func path(_ device: TestDevice) -> String {
        "/v1/tenants/\(Hex.id(device.tenant))/sync"
    }

    private func headers(_ device: TestDevice) -> [String: String] {
        [
            "Content-Type": "application/vnd.lynk.sync+cbor",
            "Authorization": "Bearer \(device.token)",
        ]
    }

    private func send(_ name: String, _ body: RequestMaker.Made) throws -> [String] {
        var device = try scene.device(name)
        let answer = try world.line.send(
            "POST", path(device), headers: headers(device), body: body.body)
        guard answer.status == 200 else { return ["status \(answer.status)"] }
        let read = try Answer(answer.body)
        var findings = AnswerLaws(read, to: device, sent: body.sent).breaches.map {
            "\($0.rule): \($0.what)"
        }
        device.take(read, sent: body.sent)
        if read.refusal == "lane_forked" {
            // Another lane for what has no receipt (I3): the same change sets, another hello.
            device.lane = world.freshID()
            device.ratchet = []
            scene.keep(device, as: name)
            return findings + (try resend(name, body))
        }
        if let refusal = read.refusal { findings.append("refused with \(refusal)") }
        if !body.sent.isEmpty, findings.isEmpty { last[name] = nil }
        scene.keep(device, as: name)
        return findings
    }

    private func resend(_ name: String, _ body: RequestMaker.Made) throws -> [String] {
        trace.append("\(name) in another lane")
        let device = try scene.device(name)
        let next = try RequestMaker(scene: scene, device: device).body(offering: body.sent)
        let before = trace.count
        guard before < 200 else { return ["I3: forks without an end"] }
        return try send(name, next)
    }

    private func end() throws -> [String] {
        for name in names where last[name] != nil {
            let findings = try again(name)
            if !findings.isEmpty { return findings }
        }
        var roots: Set<[UInt8]> = []
        var findings: [String] = []
        for name in names {
            findings += try pull(name)
            let device = try scene.device(name)
            roots.insert(device.root)
            let there = Set(device.rows.values.filter { $0.table == 7 }.map(\.key))
            let lost = payments.filter { !there.contains(scene.id($0)) }
            if !lost.isEmpty { findings.append("X3: \(name) lacks \(lost.count) payments") }
        }
        if roots.count != 1 { findings.append("D3: devices of one worker have other rows") }
        return findings
    }
}
