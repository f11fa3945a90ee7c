/// The per-tenant vector clock: era to the highest commit number that is contained.
///
/// Its components are hub eras, not devices, so its size does not grow with devices. A missing
/// entry is zero and zero is never stored, so equal vectors have equal bytes. A vector means a
/// downward-closed set of dots: an entry also contains what its era inherited from its parents,
/// which is why comparison takes the ``EraGraph``.
///
/// Source: dotted version vectors (Preguiça, Baquero, Almeida, Fonte, Gonçalves, 2010) with the
/// server incarnations as the only actors.
public struct VersionVector: Hashable, Sendable {
    public private(set) var entries: [EraID: UInt64]

    public init(_ entries: [EraID: UInt64] = [:]) {
        self.entries = entries.filter { $0.value > 0 }
    }

    public static let zero = VersionVector()

    public subscript(era: EraID) -> UInt64 { entries[era] ?? 0 }

    public var isZero: Bool { entries.isEmpty }

    /// Entries in byte order of their era: the canonical order on the wire.
    public var sorted: [Dot] {
        entries.map { Dot(era: $0.key, number: $0.value) }.sorted { $0.era < $1.era }
    }

    /// Extends one component; a smaller number changes nothing.
    public mutating func include(_ dot: Dot) {
        if dot.number > self[dot.era] { entries[dot.era] = dot.number }
    }
}
