import Foundation
import Synchronization

/// The addresses of the kit's hub: enrolment, tokens and the exchange, over loopback.
package final class HubDoor: Sendable {
    struct Inside: Sendable {
        var hub: HubState
        /// One for each of the next answers.
        var faults: [AnswerFault] = []
        var breaches: [String] = []
        var codes: [String: [UInt8]] = [:]
        var tokens: [String: [UInt8]] = [:]
        var challenges: [[UInt8]: [UInt8]] = [:]
        var saved: [String: HubState] = [:]
        /// Exchanges that came, also those that were not taken.
        var exchanges = 0
        /// Bodies of the last exchanges, for a trace.
        var last: [UInt8] = []
    }

    let inside: Mutex<Inside>

    package init(_ hub: HubState) { inside = Mutex(Inside(hub: hub)) }

    package func answer(_ request: CameRequest) -> GoingAnswer {
        switch (request.method, request.path) {
        case ("POST", "/v1/enrol"): return enrol(request)
        case ("POST", "/v1/token/challenge"): return challenge(request)
        case ("POST", "/v1/token"): return token(request)
        case ("POST", let path) where path.hasSuffix("/sync"): return exchange(request)
        default: return Self.problem(404, "not_found")
        }
    }

    static func problem(_ status: Int, _ code: String) -> GoingAnswer {
        json(status, ["code": code, "detail": "as the case has it", "title": code])
    }

    private static func json(_ status: Int, _ members: [String: String]) -> GoingAnswer {
        GoingAnswer(
            status: status,
            headers: [
                "Content-Type": status < 400 ? "application/json" : "application/problem+json"
            ],
            body: Array(JSONValue.object(members.mapValues { .string($0) }).text.utf8))
    }

    private func enrol(_ request: CameRequest) -> GoingAnswer {
        let said = try? JSONValue.parse(request.body)
        let key = Hex.bytes(said?["publicKey"]?.string ?? "") ?? []
        let code = said?["code"]?.string ?? ""
        return inside.withLock { inside in
            guard let user = inside.codes[code], key.count == 32 else {
                return Self.problem(404, "enrolment_code_unknown")
            }
            let known = inside.hub.devices.values.first { $0.code == code }
            guard known == nil || known?.publicKey == key else {
                return Self.problem(409, "enrolment_code_used")
            }
            let id = known?.id ?? inside.hub.random.id()
            inside.hub.devices[id] = .init(id: id, user: user, publicKey: key, code: code)
            return Self.json(
                201,
                [
                    "tenant": Hex.id(inside.hub.tenant), "device": Hex.id(id),
                    "user": Hex.id(user), "role": "worker", "proof": "the kit's word",
                ])
        }
    }

    private func challenge(_ request: CameRequest) -> GoingAnswer {
        let said = try? JSONValue.parse(request.body)
        guard let device = Hex.bytes(said?["device"]?.string ?? "") else {
            return Self.problem(400, "body_malformed")
        }
        return inside.withLock { inside in
            let made = inside.hub.random.bytes(32)
            inside.challenges[made] = device
            return Self.json(200, ["challenge": Hex.text(made)])
        }
    }

    private func token(_ request: CameRequest) -> GoingAnswer {
        let said = try? JSONValue.parse(request.body)
        let challenge = Hex.bytes(said?["challenge"]?.string ?? "") ?? []
        let signature = Hex.bytes(said?["signature"]?.string ?? "") ?? []
        return inside.withLock { inside in
            guard let id = inside.challenges[challenge], let device = inside.hub.devices[id] else {
                return Self.problem(401, "not_enrolled")
            }
            guard
                SigningKey.verifies(
                    signature, by: device.publicKey, "lynk-challenge-1", challenge)
            else {
                inside.breaches.append("E3: a challenge that is signed with another key")
                return Self.problem(401, "signature_invalid")
            }
            let token = Hex.text(inside.hub.random.bytes(24))
            inside.tokens[token] = id
            var answer = Self.json(200, ["token": token])
            answer.body = Array("{\"expiresInSeconds\":900,\"token\":\"\(token)\"}".utf8)
            return answer
        }
    }

    private func exchange(_ request: CameRequest) -> GoingAnswer {
        let word = request.headers["authorization"] ?? ""
        let now = UInt64(Date().timeIntervalSince1970 * 1000)
        return inside.withLock { inside in
            guard let id = inside.tokens[String(word.dropFirst(7))],
                let device = inside.hub.devices[id]
            else { return Self.problem(401, "token_invalid") }
            inside.exchanges += 1
            let fault =
                inside.faults.isEmpty ? AnswerFault(way: .none) : inside.faults.removeFirst()
            switch fault.way {
            case .unheard: return GoingAnswer(cutAt: 0)
            case .refused(let status, let code): return Self.problem(status, code)
            default: return inside.taken(request, device, fault, now)
            }
        }
    }
}

extension HubDoor.Inside {
    fileprivate mutating func taken(
        _ request: CameRequest, _ device: HubState.Enrolled, _ fault: AnswerFault, _ now: UInt64
    ) -> GoingAnswer {
        do {
            let isPacked = request.headers["content-encoding"] == "zstd"
            last = isPacked ? try Inflate.zstd(request.body) : request.body
            let upload = try Upload(last)
            let reply = hub.exchange(upload, as: device, now: now)
            breaches += reply.breaches
            var going = GoingAnswer(
                headers: ["Content-Type": "application/vnd.lynk.sync+cbor"],
                body: try fault.body(reply.frames))
            switch fault.way {
            case .lost: going.cutAt = 0
            case .cut(let at):
                let place = at < 0 ? going.body.count + at : at
                going.cutAt = min(max(1, place), going.body.count)
            case .instead(let bytes): going.body = bytes
            default: break
            }
            return going
        } catch {
            breaches.append("a request that no writer of the book makes: \(error)")
            return HubDoor.problem(400, "body_malformed")
        }
    }
}
