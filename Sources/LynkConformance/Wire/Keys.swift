import Crypto
import Foundation

/// Hashes and signatures as the book words them, over the primitives of a library.
package enum Hashing {
    package static func sha256(_ bytes: [UInt8]) -> [UInt8] { Array(SHA256.hash(data: bytes)) }
}

/// An Ed25519 key of a device of the kit.
package struct SigningKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// The key that 32 bytes are, or nil when they are none.
    package init?(seed: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed) else {
            return nil
        }
        self.key = key
    }

    package var publicKey: [UInt8] { Array(key.publicKey.rawRepresentation) }

    /// A signature over the label, a zero byte and the message (03-change-set.md, C3).
    package func sign(_ label: String, _ message: [UInt8]) -> [UInt8] {
        let signed = Array(label.utf8) + [0] + message
        return (try? key.signature(for: signed)).map { Array($0) } ?? []
    }

    /// Whether a signature by another's key is one over the label, a zero byte and the message.
    package static func verifies(
        _ signature: [UInt8], by publicKey: [UInt8], _ label: String, _ message: [UInt8]
    ) -> Bool {
        let key = try? Curve25519.Signing.PublicKey(rawRepresentation: publicKey)
        return key?.isValidSignature(signature, for: Array(label.utf8) + [0] + message) ?? false
    }
}

/// Randomness that a seed decides: the same seed makes the same run (SplitMix64).
package struct SeededRandom: RandomNumberGenerator, Sendable {
    private var state: UInt64

    package init(seed: UInt64) { state = seed }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    package mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8.random(in: 0...255, using: &self) }
    }

    /// An identifier with the marks of a version 7 UUID (RFC 9562).
    package mutating func id() -> [UInt8] {
        var bytes = bytes(16)
        bytes[0] = 0x01
        bytes[6] = bytes[6] & 0x0F | 0x70
        bytes[8] = bytes[8] & 0x3F | 0x80
        return bytes
    }
}
