import HummingbirdCore
import LynkCore
import LynkEngine

/// Finds out on whose behalf a device's request is. Tenant and role come from the token only.
final class Authenticator: Sendable {
    private let tokens: TokenMint
    private let challenges: ChallengeMint
    private let devices = DeviceCache()
    private let control: any ControlStore
    private let pool: BlockingPool
    private let wall: any HubClock

    init(
        secrets: HubSecrets, control: any ControlStore, pool: BlockingPool, wall: any HubClock
    ) async throws {
        tokens = try await TokenMint(secret: secrets.tokenSigningKey)
        challenges = ChallengeMint(secret: secrets.challengeKey)
        self.control = control
        self.pool = pool
        self.wall = wall
    }

    /// The enrolled device behind a request to a tenant's address.
    ///
    /// - Throws: ``Problem`` `token_missing`, `token_invalid`, `token_expired`,
    ///   `device_revoked`; and `not_found` for another tenant's address, whether or not there is
    ///   such a tenant.
    func device(_ request: Request, tenant: String?) async throws -> DeviceRecord {
        guard let token = request.bearerToken else { throw Problem(.tokenMissing) }
        let principal = try await tokens.check(token, nowMilliseconds: wall.nowMilliseconds())
        guard let tenant, TenantID(tenant) == principal.tenant else { throw Problem(.notFound) }
        guard let record = try await record(principal.device), record.principal == principal else {
            throw Problem(.tokenInvalid, "its device is not enrolled here any more")
        }
        return record
    }

    /// A challenge for whoever claims to be this device; it says nothing about whether it exists.
    func challenge(for device: DeviceID) -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return challenges.make(
            for: device, nowMilliseconds: wall.nowMilliseconds(), using: &random)
    }

    /// A token for a device that signed a challenge of this hub.
    ///
    /// - Parameter proof: what the device got when it enrolled; with it a hub that does not know
    ///   the device any more takes it back.
    /// - Throws: ``Problem`` `challenge_invalid`, `not_enrolled`, `signature_invalid`,
    ///   `device_revoked`.
    func token(
        for device: DeviceID, challenge: [UInt8], signature: [UInt8], proof: String?
    ) async throws -> String {
        let now = wall.nowMilliseconds()
        try challenges.check(challenge, for: device, nowMilliseconds: now)
        var lost: (record: DeviceRecord, codeHash: [UInt8])?
        var standing = try await record(device)
        if standing == nil, let proof {
            lost = try await tokens.check(proof: proof)
            standing = lost?.record
        }
        guard let standing, standing.principal.device == device else { throw Problem(.notEnrolled) }
        guard standing.publicKey.verifies(signature, of: challenge, as: .challenge) else {
            throw Problem(.signatureInvalid, "the challenge was signed with another key")
        }
        if let lost {
            try await pool.run { [control] in
                try control.readmit(lost.record, codeHash: lost.codeHash)
            }
        }
        return try await tokens.make(for: standing.principal, nowMilliseconds: now)
    }

    /// What a device keeps of its enrolment.
    func proof(of record: DeviceRecord, codeHash: [UInt8]) async throws -> String {
        try await tokens.prove(EnrolmentProof(record, codeHash: codeHash))
    }

    /// A revoked device's open tokens end with this call.
    func forget(_ device: DeviceID) { devices.forget(device) }

    private func record(_ device: DeviceID) async throws -> DeviceRecord? {
        let record = try await devices.record(device) { [pool, control] in
            try await pool.run { try control.device(device) }
        }
        if let record, record.isRevoked { throw Problem(.deviceRevoked) }
        return record
    }
}
