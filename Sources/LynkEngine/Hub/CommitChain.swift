package import LynkCore

/// The hash chain over a hub's commits: two hubs with the same hash have the same commits before.
package enum CommitChain {
    /// Before the first commit.
    package static let start = [UInt8](repeating: 0, count: 32)

    /// SHA-256 over the hash before, the oid, the dot, the effective time and the disposition.
    package static func next(
        _ before: [UInt8], oid: ContentID, dot: Dot, effective: HybridTimestamp,
        disposition: Disposition
    ) -> [UInt8] {
        var bytes = before
        bytes.reserveCapacity(112)
        bytes += oid.bytes
        bytes += dot.era.bytes
        withUnsafeBytes(of: dot.number.bigEndian) { bytes.append(contentsOf: $0) }
        bytes += effective.bytes
        bytes += Array(disposition.rawValue.utf8)
        return ContentID(hashing: bytes).bytes
    }

    /// How much of a hash travels.
    package static let shortBytes = 16
}
