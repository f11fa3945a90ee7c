import Crypto

/// The name of a change set: the SHA-256 of its canonical content. Called `oid` in the protocol.
///
/// Identity is by content, so a retry, a duplicate, a clone and a restore are one case
/// (Protocol/01-identity.md).
public struct ContentID: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// Big-endian, most significant first.
    package let words: (UInt64, UInt64, UInt64, UInt64)

    /// Returns `nil` unless there are exactly thirty-two bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var words: [UInt64] = [0, 0, 0, 0]
        for (index, byte) in bytes.enumerated() {
            words[index / 8] = words[index / 8] << 8 | UInt64(byte)
        }
        self.words = (words[0], words[1], words[2], words[3])
    }

    /// Parses sixty-four hexadecimal digits.
    public init?(_ text: some StringProtocol) {
        guard let bytes = LynkCore.bytes(hexadecimal: text) else { return nil }
        self.init(bytes: bytes)
    }

    /// The name of these canonical bytes.
    public init(hashing content: some Sequence<UInt8>) {
        self.init(SHA256.hash(data: Array(content)))
    }

    /// The name of these canonical bytes, without a copy of them.
    package init(hashing content: UnsafeRawBufferPointer) {
        var hash = SHA256()
        hash.update(bufferPointer: content)
        self.init(hash.finalize())
    }

    init(_ digest: SHA256.Digest) {
        self = digest.withUnsafeBytes { ContentID(loading: $0) }
    }

    /// Takes the first thirty-two bytes, which the caller has counted.
    package init(loading raw: UnsafeRawBufferPointer) {
        words = (
            UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 0, as: UInt64.self)),
            UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 8, as: UInt64.self)),
            UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 16, as: UInt64.self)),
            UInt64(bigEndian: raw.loadUnaligned(fromByteOffset: 24, as: UInt64.self))
        )
    }

    public var bytes: [UInt8] {
        [words.0, words.1, words.2, words.3].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(56 - 8 * $0)) }
        }
    }

    public static func == (left: Self, right: Self) -> Bool { left.words == right.words }

    public static func < (left: Self, right: Self) -> Bool { left.words < right.words }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(words.0)
        hasher.combine(words.1)
    }
}

extension ContentID: CustomStringConvertible {
    public var description: String { hexadecimal(bytes) }
    /// Enough to tell change sets apart in a log or on paper.
    public var short: String { String(description.prefix(12)) }
}
