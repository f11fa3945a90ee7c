import Foundation
import Lynk
import LynkWire
import Testing

extension Forge {
    /// An honest push in JSON, with some of its text replaced.
    fileprivate func json(
        _ found: String, by other: String, _ request: ForgedRequest? = nil
    ) throws -> ForgedRequest {
        let honest = try request ?? push(seal())
        let text = String(decoding: try MessageJSON.text(of: honest.body), as: UTF8.self)
        try #require(text.contains(found), "\(found) in \(text)")
        return json(text.replacing(found, with: other, maxReplacements: 1))
    }

    fileprivate func json(_ text: String) -> ForgedRequest { json(Array(text.utf8)) }

    fileprivate func json(_ bytes: [UInt8]) -> ForgedRequest {
        ForgedRequest(type: MessageJSON.mediaType, body: bytes)
    }

    /// The same request in JSON.
    fileprivate func inJSON(_ request: ForgedRequest) throws -> ForgedRequest {
        json(try MessageJSON.text(of: request.body))
    }
}

extension Forgery {
    private static let malformed = Verdict.problem(400, .bodyMalformed)

    /// The same in JSON, and what only JSON can say.
    static let json = [
        Forgery("JSON: a context beyond the log", "T20 J7", .refused(.hubRolledBack)) { forge in
            let beyond = VersionVector([forge.dot.era: forge.dot.number + 1_000])
            return try forge.inJSON(forge.push(forge.seal(context: beyond)))
        },
        Forgery("JSON: another device's key", "C3 J7", .refused(.signatureInvalid)) { forge in
            let key = try #require(try forge.town.meera.replica.enrolment()).key
            return try forge.inJSON(forge.push(forge.seal(), by: key))
        },
        Forgery("JSON: bytes that changed on the way", "C3 J1", .refused(.signatureInvalid)) {
            forge in
            try forge.json("CASH", by: "CASK")
        },
        Forgery("JSON: another tenant's change set", "C3 S4", .refused(.changeSetMalformed)) {
            forge in
            try forge.inJSON(forge.push(forge.seal(tenant: forge.town.other.tenant)))
        },
        Forgery("JSON: the lane of another device", "I3 J7", .refused(.laneForked)) { forge in
            let lane = try forge.town.meera.replica.offer().hello.lane
            return try forge.inJSON(forge.push(forge.seal(), as: forge.hello(lane: lane)))
        },
        Forgery("JSON: money in another's name", "P1 J7", .receipt(.quarantined, .notAuthorized)) {
            forge in
            try forge.inJSON(forge.rows(forge.payment(by: forge.town.tank.ravi)))
        },
        Forgery("JSON: a hello of another version", "X2 J7", .problem(400, .protocolUnsupported)) {
            forge in
            try forge.json("\"version\":1", by: "\"version\":2")
        },
        Forgery("JSON: another application", "X50 J7", .problem(409, .schemaUnknown)) { forge in
            try forge.json("\"payments\"", by: "\"paymentz\"")
        },
        Forgery("JSON: a member that is unknown", "J5", malformed) { forge in
            try forge.json("\"lane\":", by: "\"line\":\"\",\"lane\":")
        },
        Forgery("JSON: a member twice", "J5", malformed) { forge in
            try forge.json("\"schema-name\":", by: "\"schema-name\": \"a\", \"schema-name\":")
        },
        Forgery("JSON: a member that is missing", "J5", malformed) { forge in
            try forge.json("\"digest-root\"", by: "\"digest-rood\"")
        },
        Forgery("JSON: a number in the place of a string", "J2 J5", malformed) { forge in
            try forge.json("\"position\":\"", by: "\"position\":1,\"was\":\"")
        },
        Forgery("JSON: a number with a zero in front", "J2 J5", malformed) { forge in
            try forge.json("\"position\":\"", by: "\"position\":\"0")
        },
        Forgery("JSON: capital letters in an id", "J2 J5", malformed) { forge in
            let own = forge.principal.device.description
            return try forge.json(own, by: "ABCDEFAB" + own.dropFirst(8))
        },
        Forgery("JSON: a hundred thousand brackets", "J5", .problem(413, .bodyTooLarge)) { forge in
            forge.json([UInt8](repeating: UInt8(ascii: "["), count: 100_000))
        },
        Forgery("JSON: bytes after the end", "J6", malformed) { forge in
            let honest = try MessageJSON.text(of: forge.push(forge.seal()).body)
            return forge.json(honest + Array("{}".utf8))
        },
        Forgery("JSON: text that is no UTF-8", "J5", malformed) { forge in
            forge.json([0x5B, 0x22, 0xFF, 0x22, 0x5D])
        },
        Forgery("JSON: half of a surrogate pair", "J5", malformed) { forge in
            try forge.json("\"CASH\"", by: "\"\\ud800\"")
        },
        Forgery("JSON: frames under its name", "J7", malformed) { forge in
            forge.json(try forge.push(forge.seal()).body)
        },
        Forgery("JSON: a bomb", "J7 X11", .problem(413, .bodyTooLarge)) { forge in
            let spaces = [UInt8](repeating: 0x20, count: 64 << 20)
            var request = forge.json(Zstd.compress(spaces))
            request.headers = [HTTPHeader("Content-Encoding", "zstd")]
            return request
        },
    ]
}
