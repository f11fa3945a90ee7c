import Crypto

/// The digest of a set of rows: the sum of their hashes modulo 2^256, and how many there are.
///
/// Adding and removing a row costs O(1) and the order does not matter. The row hash is keyed by
/// the tenant, so nobody who lacks the key can craft rows that cancel. Source: AdHash, Bellare
/// and Micciancio, "A New Paradigm for Collision-Free Hashing", 1997; the width and the key
/// answer the generalized-birthday attack on short sums (Wagner, 2002).
public struct SetDigest: Hashable, Sendable {
    public private(set) var count: Int64 = 0
    private var limbs: (UInt64, UInt64, UInt64, UInt64) = (0, 0, 0, 0)

    public init() {}

    /// Returns `nil` unless the sum is thirty-two bytes, as ``sum`` gives them.
    public init?(count: Int64, sum: some Collection<UInt8>) {
        guard sum.count == 32 else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in sum.enumerated() {
            words[index / 8] |= UInt64(byte) << UInt64(8 * (index % 8))
        }
        self.count = count
        limbs = (words[0], words[1], words[2], words[3])
    }

    /// The sum as thirty-two bytes, least significant first.
    public var sum: [UInt8] {
        [limbs.0, limbs.1, limbs.2, limbs.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
    }

    /// Adds the row with these canonical bytes, key and stamp included.
    ///
    /// - Parameter prefix: hashed before the row: the tenant's key and the scope.
    public mutating func insert(row: UnsafeRawBufferPointer, prefix: [UInt8] = []) {
        count += 1
        add(Self.hash(row, prefix))
    }

    /// Takes out a row that was added with exactly these bytes.
    public mutating func remove(row: UnsafeRawBufferPointer, prefix: [UInt8] = []) {
        count -= 1
        let hash = Self.hash(row, prefix)
        // Two's complement: subtracting is adding the inverse plus one.
        add((~hash.0, ~hash.1, ~hash.2, ~hash.3), carry: 1)
    }

    /// Adds another set that shares no row with this one.
    public mutating func formUnion(_ other: SetDigest) {
        count += other.count
        add(other.limbs)
    }

    /// The sixteen bytes that travel: SHA-256 over count and sum, cut.
    public var root: [UInt8] {
        var hash = SHA256()
        withUnsafeBytes(of: count.bigEndian) { hash.update(bufferPointer: $0) }
        hash.update(data: sum)
        return Array(hash.finalize().prefix(16))
    }

    private static func hash(
        _ row: UnsafeRawBufferPointer, _ prefix: [UInt8]
    ) -> (UInt64, UInt64, UInt64, UInt64) {
        var hash = SHA256()
        prefix.withUnsafeBytes { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: row)
        // The hash is a number of 256 bits, least significant byte first, on every machine.
        return hash.finalize().withUnsafeBytes { raw in
            (
                UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
                UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
                UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
                UInt64(littleEndian: raw.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
            )
        }
    }

    private mutating func add(_ other: (UInt64, UInt64, UInt64, UInt64), carry: UInt64 = 0) {
        var carry = carry
        func limb(_ left: UInt64, _ right: UInt64) -> UInt64 {
            let (first, one) = left.addingReportingOverflow(right)
            let (second, two) = first.addingReportingOverflow(carry)
            carry = (one ? 1 : 0) + (two ? 1 : 0)
            return second
        }
        limbs.0 = limb(limbs.0, other.0)
        limbs.1 = limb(limbs.1, other.1)
        limbs.2 = limb(limbs.2, other.2)
        limbs.3 = limb(limbs.3, other.3)
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.count == right.count && left.limbs == right.limbs
    }

    public func hash(into hasher: inout Hasher) { hasher.combine(limbs.0) }
}
