import Crypto

/// Names what a device has of its tenant, so that a hub can say cheaply that nothing is new
/// (Protocol/05-exchange.md, X40).
///
/// A device makes it from its last checkpoint alone, and a hub judges it against its log: it needs
/// no memory of what it has answered to whom. Pure.
public struct HeadTag: Hashable, Sendable {
    /// Bytes that name what is durable.
    private static let durableBytes = 8

    public let position: Int64
    /// The first bytes of the hub's chain hash at the position: a hub that was restored and went
    /// on has another one.
    public let chain: [UInt8]
    public let scopeSetHash: [UInt8]
    /// Names the durable vector: a device drops what is durable, so it wants to hear of it.
    public let durable: [UInt8]

    public init(
        position: Int64, chain: [UInt8], scopeSetHash: [UInt8], durable: VersionVector
    ) {
        self.position = position
        self.chain = chain
        self.scopeSetHash = scopeSetHash
        var hash = SHA256()
        for dot in durable.sorted {
            hash.update(data: dot.era.bytes)
            withUnsafeBytes(of: dot.number.bigEndian) { hash.update(bufferPointer: $0) }
        }
        self.durable = Array(hash.finalize().prefix(Self.durableBytes))
    }

    /// Reads ``text``; `nil` for anything else, however long.
    public init?(_ text: some StringProtocol) {
        guard text.utf8.count <= 20 + 3 + 2 * (Limits.chainBytes + 8 + Self.durableBytes) else {
            return nil
        }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, let position = Int64(parts[0]), position > 0,
            let chain = LynkCore.bytes(hexadecimal: parts[1]), chain.count == Limits.chainBytes,
            let scopes = LynkCore.bytes(hexadecimal: parts[2]), scopes.count == 8,
            let durable = LynkCore.bytes(hexadecimal: parts[3]),
            durable.count == Self.durableBytes
        else { return nil }
        self.position = position
        self.chain = chain
        scopeSetHash = scopes
        self.durable = durable
    }

    /// `position-chain-scopes-durable`: the position in decimal, the others in hexadecimal.
    public var text: String {
        "\(position)-\(hexadecimal(chain))-\(hexadecimal(scopeSetHash))-\(hexadecimal(durable))"
    }
}
