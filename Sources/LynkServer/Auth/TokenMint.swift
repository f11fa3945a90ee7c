import Crypto
import JWTKit
import LynkCore
import LynkEngine

/// Makes and checks bearer tokens: JWTs signed with the hub's Ed25519 key (RFC 8037).
///
/// The collection holds this one key, so a token cannot choose another algorithm.
struct TokenMint: Sendable {
    private let keys: JWTKeyCollection

    /// - Throws: ``Problem`` `internal_failure` unless the secret is a private key of 32 bytes.
    init(secret: [UInt8]) async throws {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: secret) else {
            throw Problem(.internalFailure, "the token key in the control database is damaged")
        }
        keys = await JWTKeyCollection().add(eddsa: EdDSA.PrivateKey(backing: key))
    }

    func make(for principal: Principal, nowMilliseconds: Int64) async throws -> String {
        try await keys.sign(AccessToken(principal, nowMilliseconds: nowMilliseconds))
    }

    func prove(_ enrolment: EnrolmentProof) async throws -> String {
        try await keys.sign(enrolment)
    }

    /// - Throws: ``Problem`` `not_enrolled` for a text that this hub did not sign as a proof.
    func check(proof: String) async throws -> (record: DeviceRecord, codeHash: [UInt8]) {
        guard proof.utf8.count <= Limits.enrolmentProofBytesMax,
            let content = try? await keys.verify(proof, as: EnrolmentProof.self).content
        else { throw Problem(.notEnrolled, "the proof of enrolment is not this hub's") }
        return content
    }

    /// - Throws: ``Problem`` `token_invalid`, `token_expired`.
    func check(_ token: String, nowMilliseconds: Int64) async throws -> Principal {
        let claims: AccessToken
        do {
            claims = try await keys.verify(token, as: AccessToken.self)
        } catch {
            throw Problem(.tokenInvalid, "it was not signed by this hub")
        }
        guard let principal = claims.principal else {
            throw Problem(.tokenInvalid, "it names nobody")
        }
        guard nowMilliseconds / 1000 < claims.exp else {
            throw Problem(.tokenExpired, "it was valid for \(AccessToken.lifetimeSeconds) seconds")
        }
        return principal
    }
}
