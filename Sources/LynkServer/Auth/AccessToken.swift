import JWTKit
import LynkCore

/// The claims of a bearer token: who it is for, until when.
struct AccessToken: JWTPayload, Equatable {
    static let issuer = "lynk"
    static let lifetimeSeconds: Int64 = 15 * 60

    let iss: String
    /// The device.
    let sub: String
    let tenant: String
    let user: String
    let role: String
    /// Seconds since 1970 UTC (RFC 7519 section 2, NumericDate).
    let iat: Int64
    let exp: Int64

    init(_ principal: Principal, nowMilliseconds: Int64) {
        iss = Self.issuer
        sub = principal.device.description
        tenant = principal.tenant.description
        user = principal.user.description
        role = principal.role
        iat = nowMilliseconds / 1000
        exp = iat + Self.lifetimeSeconds
    }

    /// The issuer; the expiry is judged by ``TokenMint``, which knows the time.
    func verify(using _: some JWTAlgorithm) async throws {
        guard iss == Self.issuer else {
            throw JWTError.claimVerificationFailure(failedClaim: nil, reason: "issuer")
        }
    }

    var principal: Principal? {
        guard let device = DeviceID(sub), let tenant = TenantID(tenant), let user = UserID(user)
        else { return nil }
        return Principal(tenant: tenant, device: device, user: user, role: role)
    }
}
