import Foundation
import Lynk
import LynkWire
import Testing

extension Forge {
    /// A short hello that names a session in the state of a position.
    fileprivate func short(_ session: [UInt8], at position: Int64) -> ForgedRequest {
        var writer = CBORWriter()
        writer.array(5)
        writer.byteString(session)
        writer.integer(position)
        writer.integer(0)
        writer.integer(0)
        writer.map(0)
        return body(Frame(.resumedHello, writer.bytes), Frame(.signature, [0x40]))
    }

    /// The session that a phone's last full hello opened, and where it stands.
    fileprivate func session(of phone: Phone) throws -> (id: [UInt8], position: Int64) {
        var id: [UInt8] = []
        for answer in phone.line.received where answer.url.hasSuffix("/sync") {
            var reader = FrameReader()
            reader.append(try answer.decoded())
            while let frame = try reader.next() {
                guard frame.type == .welcome,
                    case .welcome(let welcome) = try ResponseFrame.decode(frame),
                    !welcome.session.isEmpty
                else { continue }
                id = welcome.session
            }
        }
        try #require(id.count == Limits.sessionBytes)
        return (id, try phone.replica.offer().hello.cursor.position)
    }

    fileprivate func get(_ path: String, as phone: Phone? = nil) throws -> ForgedRequest {
        ForgedRequest(
            method: .get, path: path, token: try phone.map { try town.token(of: $0) })
    }

    fileprivate var mine: String { "/v1/tenants/\(town.tank.tenant)" }
    fileprivate var theirs: String { "/v1/tenants/\(town.other.tenant)" }
    fileprivate var operators: String { "/v1/operator/tenants/\(town.tank.tenant)" }
}

extension Forgery {
    /// Who asks where. What a token may not know of is as if it did not exist.
    static let addresses = [
        Forgery("a push under no token", "E4", .problem(401, .tokenMissing)) { forge in
            var request = try forge.push(forge.seal())
            request.token = ""
            return request
        },
        Forgery("a push under another device's token", "E4", .problem(401, .tokenInvalid)) {
            forge in
            var request = try forge.push(forge.seal())
            request.token = try forge.town.token(of: forge.town.meera)
            return request
        },
        Forgery("a push under another tenant's token", "S4 E4", .asNothing) { forge in
            var request = try forge.push(forge.seal())
            request.token = try forge.town.token(of: forge.town.thief)
            return request
        },
        Forgery("a push to another tenant", "S4", .asNothing) { forge in
            var request = try forge.push(forge.seal())
            request.path = forge.theirs + "/sync"
            return request
        },
        Forgery("a push to a tenant that is not", "S4", .asNothing) { forge in
            var request = try forge.push(forge.seal())
            request.path = "/v1/tenants/\(TenantID(high: 9, low: 9))/sync"
            return request
        },
        Forgery("a token with another signature", "E4", .problem(401, .tokenInvalid)) { forge in
            var request = try forge.push(forge.seal())
            let token = try forge.town.token(of: forge.town.sita)
            let last = token.last == "A" ? "B" : "A"
            request.token = token.dropLast(8) + String(repeating: last, count: 8)
            return request
        },
        Forgery("another device's session", "X14 E4", .problem(401, .tokenInvalid)) { forge in
            let (id, position) = try forge.session(of: forge.town.meera)
            return forge.short(id, at: position)
        },
        Forgery("another tenant's session", "X14 E4", .problem(401, .tokenInvalid)) { forge in
            let (id, position) = try forge.session(of: forge.town.thief)
            return forge.short(id, at: position)
        },
        Forgery("a session that is not", "X14", .problem(409, .sessionUnknown)) { forge in
            forge.short([UInt8](repeating: 7, count: Limits.sessionBytes), at: 1)
        },
        Forgery("a state that its session never had", "X14", .problem(409, .sessionUnknown)) {
            forge in
            let (id, position) = try forge.session(of: forge.town.sita)
            return forge.short(id, at: position + 99)
        },
        Forgery("another tenant's snapshot", "S4 X43", .asNothing) { forge in
            try forge.get(forge.theirs + "/snapshot?scope=tenant")
        },
        Forgery("a snapshot of another's scope", "X43 S2", .asNothing) { forge in
            try forge.get(forge.mine + "/snapshot?scope=worker%2F\(forge.town.tank.meera)")
        },
        Forgery("a snapshot of a scope of the other tenant", "X43 S2", .asNothing) { forge in
            try forge.get(forge.mine + "/snapshot?scope=retailer%2F\(forge.town.other.shop)")
        },
        Forgery("a segment by guess", "X43", .asNothing) { forge in
            try forge.get(forge.mine + "/snapshot/segments/\(ContentID(hashing: [1]))")
        },
        Forgery("the history of an unseen row", "O15 S2", .asNothing) { forge in
            try forge.get(forge.mine + "/rows/payment/\(forge.town.hidden)/history")
        },
        Forgery("the history of another tenant's row", "S4 O15", .asNothing) { forge in
            try forge.get(forge.theirs + "/rows/retailer/\(forge.town.other.shop)/history")
        },
        Forgery("another tenant's clock", "S4", .asNothing) { forge in
            try forge.get(forge.theirs + "/clock")
        },
        Forgery("another tenant's head", "S4 X40", .asNothing) { forge in
            try forge.get(forge.theirs + "/head")
        },
        Forgery("a head with a foreign tag", "X40", .status(200)) { forge in
            var request = try forge.get(forge.mine + "/head")
            let tag = try #require(try forge.town.thief.replica.heldHead()?.text)
            request.headers = [HTTPHeader("If-None-Match", "\"\(tag)\"")]
            return request
        },
        Forgery("a comparison of another's scope", "D20", .asNothing) { forge in
            let ask = VerifyAsk(
                scope: Scope("worker/\(forge.town.tank.meera)"), table: 7, ranges: [.all])
            return ForgedRequest(
                path: forge.mine + "/verify",
                body: VerifyRequest(
                    scopeSetHash: forge.honest.cursor.scopeSetHash,
                    position: forge.honest.cursor.position, asks: [ask]
                ).encoded())
        },
        Forgery("the operator's list of devices", "E4", .problem(401, .tokenInvalid)) { forge in
            try forge.get(forge.operators + "/devices")
        },
        Forgery("the operator's books", "E4", .problem(401, .tokenInvalid)) { forge in
            try forge.get(forge.operators + "/queries/trial_balance")
        },
        Forgery("a code of one's own", "E4 E1", .problem(401, .tokenInvalid)) { forge in
            ForgedRequest(
                path: forge.operators + "/codes", type: "application/json",
                body: Array(#"{"user":"\#(forge.town.tank.sita)","role":"admin"}"#.utf8))
        },
        Forgery("a file of one's own", "E4 P8", .problem(401, .tokenInvalid)) { forge in
            ForgedRequest(
                path: forge.operators + "/imports/areas", type: "text/csv",
                body: Array("id,tenant_id,name,zipcodes".utf8))
        },
        Forgery("another's device revoked", "E4 E5", .problem(401, .tokenInvalid)) { forge in
            let device = try #require(try forge.town.meera.replica.enrolment()).principal.device
            return ForgedRequest(path: "/v1/operator/devices/\(device)/revoke")
        },
        Forgery("a floor of one's own", "E4 D21", .problem(401, .tokenInvalid)) { forge in
            ForgedRequest(path: "/v1/operator/floor", type: "application/json")
        },
        Forgery("a clock of one's own", "E4", .problem(401, .tokenInvalid)) { forge in
            ForgedRequest(
                method: .put, path: "/v1/operator/clock", type: "application/json",
                body: Array(#"{"milliseconds":"1"}"#.utf8))
        },
    ]
}
