import Crypto
import Foundation
import LynkCore

/// Challenges that the hub need not remember: sixteen random bytes, the expiry, and an HMAC over
/// both and the device.
///
/// A challenge may be answered more than once within its minute, which only gives the same device
/// another token.
struct ChallengeMint: Sendable {
    static let lifetimeMilliseconds: Int64 = 60_000
    private static let length = 16 + 8 + 32

    private let key: SymmetricKey

    init(secret: [UInt8]) { key = SymmetricKey(data: secret) }

    func make(
        for device: DeviceID, nowMilliseconds: Int64, using random: inout some RandomNumberGenerator
    ) -> [UInt8] {
        var bytes = (0..<16).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        let expiry = UInt64(bitPattern: nowMilliseconds + Self.lifetimeMilliseconds)
        withUnsafeBytes(of: expiry.bigEndian) { bytes.append(contentsOf: $0) }
        return bytes + Array(HMAC<SHA256>.authenticationCode(for: bytes + device.bytes, using: key))
    }

    /// - Throws: ``Problem`` `challenge_invalid` unless this hub made it for the device within the
    ///   last minute.
    func check(_ challenge: [UInt8], for device: DeviceID, nowMilliseconds: Int64) throws {
        guard challenge.count == Self.length else {
            throw Problem(.challengeInvalid, "a challenge has \(Self.length) bytes")
        }
        let signed = Array(challenge.prefix(24))
        guard
            HMAC<SHA256>.isValidAuthenticationCode(
                Array(challenge.suffix(32)), authenticating: signed + device.bytes, using: key)
        else { throw Problem(.challengeInvalid, "it was not made here for this device") }
        let expiry = signed.suffix(8).reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        guard nowMilliseconds < Int64(bitPattern: expiry) else {
            throw Problem(.challengeInvalid, "it has expired")
        }
    }
}
