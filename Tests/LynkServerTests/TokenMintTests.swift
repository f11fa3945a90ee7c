import JWTKit
import LynkCore
import Testing

@testable import LynkServer

struct TokenMintTests {
    private let principal = Principal(
        tenant: TenantID(high: 1, low: 1), device: DeviceID(high: 2, low: 2),
        user: UserID(high: 3, low: 3), role: "worker")

    private func mint(_ byte: UInt8 = 1) async throws -> TokenMint {
        try await TokenMint(secret: [UInt8](repeating: byte, count: 32))
    }

    @Test func givesThePrincipalBackUntilItExpires() async throws {
        let mint = try await mint()
        let token = try await mint.make(for: principal, nowMilliseconds: 5_000)
        #expect(try await mint.check(token, nowMilliseconds: 904_999) == principal)
        await #expect(throws: Problem(.tokenExpired, "it was valid for 900 seconds")) {
            try await mint.check(token, nowMilliseconds: 905_000)
        }
    }

    @Test func refusesOtherKeysAndAlgorithms() async throws {
        let mint = try await mint()
        let foreign = Problem(.tokenInvalid, "it was not signed by this hub")
        let other = try await self.mint(2).make(for: principal, nowMilliseconds: 0)
        // jwt-kit asserts in debug builds that a key is as long as the hash.
        let shared = HMACKey(from: [UInt8](repeating: 7, count: 32))
        let unsigned = try await JWTKeyCollection().add(hmac: shared, digestAlgorithm: .sha256)
            .sign(AccessToken(principal, nowMilliseconds: 0))
        let good = try await mint.make(for: principal, nowMilliseconds: 0)
        let parts = good.split(separator: ".")
        // {"alg":"none","typ":"JWT"} (RFC 7519 section 6.1)
        let none = "eyJhbGciOiJub25lIiwidHlwIjoiSldUIn0.\(parts[1])."
        for token in [other, unsigned, none, "", "a.b.c", "\(good)x", String(parts[0])] {
            await #expect(throws: foreign) {
                try await mint.check(token, nowMilliseconds: 0)
            }
        }
    }

    @Test func refusesADamagedKey() async {
        await #expect(throws: Problem.self) { _ = try await TokenMint(secret: [1]) }
    }
}
