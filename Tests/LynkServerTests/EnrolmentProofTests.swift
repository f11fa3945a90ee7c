import Foundation
import LynkCore
import LynkEngine
import Testing

@testable import LynkServer

/// A hub that was restored from a backup of before a device's enrolment.
struct EnrolmentProofTests {
    private struct Enrolled {
        let device: DeviceID
        let key: DeviceKey
        let proof: String
        let code: String
    }

    private func enrol(at server: TestServer) async throws -> Enrolled {
        let (tenant, user) = (TenantID(high: 1, low: 1), UserID(high: 5, low: 5))
        if server.control.tenant(tenant) == nil {
            _ = try await server.operate(
                "POST", "tenants", #"{"id":"\#(tenant)","name":"One"}"#)
        }
        let made = try await server.operate(
            "POST", "tenants/\(tenant)/codes", #"{"user":"\#(user)","role":"worker"}"#)
        let code = try #require(made.json["code"] as? String)
        let key = DeviceKey()
        let answer = try await server.post(
            "/v1/enrol",
            #"{"code":"\#(code)","publicKey":"\#(hexadecimal(key.publicKey.bytes))"}"#)
        return Enrolled(
            device: try #require((answer.json["device"] as? String).flatMap { DeviceID($0) }),
            key: key, proof: try #require(answer.json["proof"] as? String), code: code)
    }

    /// - Returns: the code of the problem, or `token`.
    private func ask(
        _ server: TestServer, _ device: DeviceID, _ key: DeviceKey, proof: String?
    ) async throws -> String {
        let given = try await server.post("/v1/token/challenge", #"{"device":"\#(device)"}"#)
        let challenge = try #require(given.json["challenge"] as? String)
        let signed = try #require(bytes(hexadecimal: challenge))
        let signature = hexadecimal(try key.sign(signed, as: .challenge))
        let more = proof.map { #","proof":"\#($0)""# } ?? ""
        let answer = try await server.post(
            "/v1/token",
            #"{"device":"\#(device)","challenge":"\#(challenge)","#
                + #""signature":"\#(signature)"\#(more)}"#)
        return answer.json["token"] == nil ? answer.code ?? "" : "token"
    }

    @Test func takenBack() async throws {
        try await TestServer.run { server in
            let one = try await enrol(at: server)
            server.control.lose(one.device)
            server.control.addCode(
                EnrolmentCode(
                    hash: try #require(CodeText(one.code)).hash, tenant: TenantID(high: 1, low: 1),
                    user: UserID(high: 5, low: 5), role: "worker", expiresMilliseconds: .max))
            #expect(try await ask(server, one.device, one.key, proof: nil) == "not_enrolled")
            #expect(try await ask(server, one.device, one.key, proof: one.proof) == "token")
            // From then on it is known, and its code is used.
            #expect(try await ask(server, one.device, one.key, proof: nil) == "token")
            let other = hexadecimal(DeviceKey().publicKey.bytes)
            let thief = try await server.post(
                "/v1/enrol", #"{"code":"\#(one.code)","publicKey":"\#(other)"}"#)
            #expect(thief.code == "enrolment_code_used")
        }
    }

    @Test func forged() async throws {
        try await TestServer.run { server in
            let (one, two) = (try await enrol(at: server), try await enrol(at: server))
            let token = try await TestDevice.enrol(at: server).token
            for device in [one.device, two.device] { server.control.lose(device) }
            let pieces = one.proof.split(separator: ".").map(String.init)
            let unsigned = pieces[0] + "." + pieces[1] + "."
            let mixed = pieces[0] + "." + two.proof.split(separator: ".")[1] + "." + pieces[2]
            let wrong = [
                two.proof, token, "", "no proof", unsigned, mixed, String(one.proof.dropLast(8)),
                String(repeating: "a", count: Limits.enrolmentProofBytesMax + 1),
            ]
            for proof in wrong {
                #expect(try await ask(server, one.device, one.key, proof: proof) == "not_enrolled")
            }
            // The right proof in the wrong hands.
            #expect(
                try await ask(server, one.device, two.key, proof: one.proof) == "signature_invalid")
            #expect(server.control.device(one.device) == nil)
            #expect(try await ask(server, one.device, one.key, proof: one.proof) == "token")
            // No proof undoes a revocation that the hub remembers.
            _ = try await server.operate("POST", "devices/\(one.device)/revoke")
            #expect(
                try await ask(server, one.device, one.key, proof: one.proof) == "device_revoked")
        }
    }
}
