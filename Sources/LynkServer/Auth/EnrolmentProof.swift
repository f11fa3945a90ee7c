import JWTKit
import LynkCore
import LynkEngine

/// What an enrolled device keeps, so that a hub which was restored from a backup of before its
/// enrolment takes it back without a person: the hub's own word, signed with its token key.
///
/// It opens nothing by itself. Whoever shows it must also sign a challenge with the device's key.
struct EnrolmentProof: JWTPayload, Equatable {
    static let issuer = "lynk-enrolment"

    let iss: String
    /// The device.
    let sub: String
    let tenant: String
    let user: String
    let role: String
    /// The public key in hexadecimal.
    let key: String
    /// SHA-256 of the code that it was enrolled with, in hexadecimal.
    let code: String
    /// Milliseconds since 1970 UTC: when it was enrolled.
    let enrolled: Int64

    init(_ record: DeviceRecord, codeHash: [UInt8]) {
        iss = Self.issuer
        sub = record.principal.device.description
        tenant = record.principal.tenant.description
        user = record.principal.user.description
        role = record.principal.role
        key = hexadecimal(record.publicKey.bytes)
        code = hexadecimal(codeHash)
        enrolled = record.enrolledMilliseconds
    }

    func verify(using _: some JWTAlgorithm) async throws {
        guard iss == Self.issuer else {
            throw JWTError.claimVerificationFailure(failedClaim: nil, reason: "issuer")
        }
    }

    /// The device as it was enrolled, and its code's hash; `nil` for what this hub never writes.
    var content: (record: DeviceRecord, codeHash: [UInt8])? {
        guard let device = DeviceID(sub), let tenant = TenantID(tenant), let user = UserID(user),
            let key = bytes(hexadecimal: key).flatMap(DevicePublicKey.init(bytes:)),
            let hash = bytes(hexadecimal: code)
        else { return nil }
        let principal = Principal(tenant: tenant, device: device, user: user, role: role)
        return (
            DeviceRecord(
                principal: principal, publicKey: key, enrolledMilliseconds: enrolled,
                isRevoked: false), hash
        )
    }
}
