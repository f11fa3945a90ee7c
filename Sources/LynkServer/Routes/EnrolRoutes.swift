import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine

/// `POST /v1/enrol`, `POST /v1/token/challenge`, `POST /v1/token`: how a device gets in
/// (Protocol/08-enrolment.md).
struct EnrolRoutes: Sendable {
    let hub: Hub

    private struct Enrol: Decodable {
        let code: String
        let publicKey: String
    }

    private struct Enrolled: Encodable {
        let tenant, device, user, role, proof: String

        init(_ principal: Principal, proof: String) {
            tenant = principal.tenant.description
            device = principal.device.description
            user = principal.user.description
            role = principal.role
            self.proof = proof
        }
    }

    private struct ChallengeRequest: Decodable {
        let device: JSONIdentifier<DeviceTag>
    }

    private struct Challenge: Encodable { let challenge: String }

    private struct TokenRequest: Decodable {
        let device: JSONIdentifier<DeviceTag>
        let challenge, signature: String
        let proof: String?
    }

    private struct Token: Encodable {
        let token: String
        let expiresInSeconds: Int64
    }

    func add(to router: Router<HubRequestContext>) {
        router.post("/v1/enrol") { request, _ in try await enrol(request) }
        router.post("/v1/token/challenge") { request, _ in
            let body = try await request.json(ChallengeRequest.self)
            let challenge = hub.authenticator.challenge(for: body.device.value)
            return Response.json(Challenge(challenge: hexadecimal(challenge)))
        }
        router.post("/v1/token") { request, _ in try await token(request) }
    }

    private func enrol(_ request: Request) async throws -> Response {
        let body = try await request.json(Enrol.self)
        guard let code = CodeText(body.code) else {
            throw Problem(.enrolmentCodeUnknown, "a code has twelve characters and a check")
        }
        guard let key = bytes(hexadecimal: body.publicKey).flatMap(DevicePublicKey.init(bytes:))
        else { throw Problem(.bodyMalformed, "publicKey must be 32 bytes in hexadecimal") }
        let now = hub.wall.nowMilliseconds()
        var random = SystemRandomNumberGenerator()
        let device = DeviceID(
            milliseconds: UInt64(clamping: now), chance: (random.next(), random.next()))
        let record = try await hub.pool.run { [hub] in
            try hub.control.redeem(
                codeHash: code.hash, device: device, publicKey: key, nowMilliseconds: now)
        }
        let proof = try await hub.authenticator.proof(of: record, codeHash: code.hash)
        return .json(Enrolled(record.principal, proof: proof), status: .created)
    }

    private func token(_ request: Request) async throws -> Response {
        let body = try await request.json(TokenRequest.self)
        guard let challenge = bytes(hexadecimal: body.challenge) else {
            throw Problem(.challengeInvalid, "challenge must be hexadecimal")
        }
        guard let signature = bytes(hexadecimal: body.signature) else {
            throw Problem(.signatureInvalid, "signature must be hexadecimal")
        }
        let token = try await hub.authenticator.token(
            for: body.device.value, challenge: challenge, signature: signature,
            proof: body.proof)
        return .json(Token(token: token, expiresInSeconds: AccessToken.lifetimeSeconds))
    }
}
