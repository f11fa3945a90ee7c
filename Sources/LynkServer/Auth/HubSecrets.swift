import LynkCore
import LynkEngine

/// The secrets that a hub makes for itself on its first start.
struct HubSecrets: Sendable {
    let tokenSigningKey: [UInt8]
    let challengeKey: [UInt8]

    init(_ control: any ControlStore) throws {
        tokenSigningKey = try control.secret("token-signing-key", orMake: Self.thirtyTwoBytes)
        challengeKey = try control.secret("challenge-key", orMake: Self.thirtyTwoBytes)
    }

    /// From the system's random source: this is an edge.
    static func thirtyTwoBytes() -> [UInt8] {
        var random = SystemRandomNumberGenerator()
        return (0..<32).map { _ in UInt8.random(in: .min ... .max, using: &random) }
    }
}
