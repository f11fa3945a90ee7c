import Crypto

/// A device's Ed25519 key pair (RFC 8032); it signs every content id that the device makes.
public struct DeviceKey: Sendable {
    private let key: Curve25519.Signing.PrivateKey

    /// A fresh key from the system's random source; call it only at an edge.
    public init() { key = Curve25519.Signing.PrivateKey() }

    /// Returns `nil` unless the bytes are a private key of thirty-two bytes.
    public init?(bytes: [UInt8]) {
        guard let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: bytes) else {
            return nil
        }
        self.key = key
    }

    public var bytes: [UInt8] { Array(key.rawRepresentation) }
    public var publicKey: DevicePublicKey { DevicePublicKey(key.publicKey) }

    /// Sixty-four bytes over the label and the message; labels keep uses apart.
    public func sign(_ message: [UInt8], as label: SignatureLabel) throws -> [UInt8] {
        Array(try key.signature(for: label.prefix + message))
    }
}

/// What the hub keeps of a device's key.
public struct DevicePublicKey: Sendable, Equatable {
    public let bytes: [UInt8]
    private let key: Curve25519.Signing.PublicKey

    init(_ key: Curve25519.Signing.PublicKey) {
        self.key = key
        bytes = Array(key.rawRepresentation)
    }

    /// Returns `nil` unless the bytes are a public key of thirty-two bytes.
    public init?(bytes: [UInt8]) {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: bytes) else {
            return nil
        }
        self.init(key)
    }

    /// Whether this key made the signature over the label and the message.
    public func verifies(_ signature: [UInt8], of message: [UInt8], as label: SignatureLabel)
        -> Bool
    {
        key.isValidSignature(signature, for: label.prefix + message)
    }

    public static func == (left: Self, right: Self) -> Bool { left.bytes == right.bytes }
}

/// Domain separation: a signature made for one purpose never serves another.
public enum SignatureLabel: String, Sendable {
    case changeSet = "lynk-change-set-1"
    case challenge = "lynk-challenge-1"
    /// A hub's signature over the receipts of one response.
    case receipts = "lynk-receipts-1"
    /// A retailer's signature over a payment that he confirms.
    case payment = "tl-pay-sig-1"

    var prefix: [UInt8] { Array(rawValue.utf8) + [0] }
}
