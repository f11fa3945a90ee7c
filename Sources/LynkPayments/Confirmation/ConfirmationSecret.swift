import Crypto

/// The hub's secret, from which every key of every tenant follows: HKDF with SHA-256 (RFC 5869).
///
/// A device of a worker never holds it nor a key made from it, so it can neither forge a code nor
/// search for one.
public struct ConfirmationSecret: Sendable {
    private let key: SymmetricKey

    /// Returns `nil` unless there are thirty-two bytes.
    public init?(bytes: [UInt8]) {
        guard bytes.count == 32 else { return nil }
        key = SymmetricKey(data: bytes)
    }

    /// The key that one retailer's phone receives once, for one version; never used again after
    /// its phone was lost.
    package func codeKey(tenant: String, retailer: String, version: Int64) -> [UInt8] {
        derive("tl-pay-key-1", [tenant, retailer, String(version)])
    }

    /// The key behind one card of paper codes.
    package func paperKey(tenant: String, retailer: String, version: Int64) -> [UInt8] {
        derive("tl-pay-paper-1", [tenant, retailer, String(version)])
    }

    /// The key under which codes that were asked for online are kept.
    package func onlineKey(tenant: String) -> [UInt8] { derive("tl-pay-otp-1", [tenant]) }

    /// - Parameter fields: the tenant first; its own key is between the secret and the rest, so
    ///   that a tenant can be given its key alone.
    private func derive(_ label: String, _ fields: [String]) -> [UInt8] {
        let tenantKey = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: key, salt: Array("tl-pay-kek-1".utf8),
            info: Array((fields.first ?? "").utf8), outputByteCount: 32)
        let derived = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: tenantKey, salt: Array(label.utf8),
            info: PaymentStatement.join(Array(fields.dropFirst())), outputByteCount: 32)
        return derived.withUnsafeBytes { Array($0) }
    }
}
