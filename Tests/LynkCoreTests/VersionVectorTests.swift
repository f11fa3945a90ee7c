import LynkCore
import Testing

@Suite struct VersionVectorTests {
    private let one = EraID(high: 0, low: 1)
    private let two = EraID(high: 0, low: 2)

    @Test("A missing entry is zero and zero is never kept")
    func zero() {
        let vector = VersionVector([one: 0, two: 3])
        #expect(vector == VersionVector([two: 3]))
        #expect(vector[one] == 0)
        #expect(VersionVector([one: 0]) == .zero)
        #expect(VersionVector([one: 0]).isZero)
        #expect(!vector.isZero)
    }

    @Test("Including a dot extends its component and never shortens it")
    func include() {
        var vector = VersionVector.zero
        vector.include(Dot(era: one, number: 2))
        vector.include(Dot(era: one, number: 1))
        vector.include(Dot(era: two, number: 0))
        #expect(vector.entries == [one: 2])
    }

    @Test("Entries stand in the byte order of their era")
    func sorted() {
        let eras = [(1, 0), (0, UInt64.max), (0, 1), (UInt64.max, 5)].map {
            EraID(high: $0.0, low: $0.1)
        }
        let vector = VersionVector(Dictionary(uniqueKeysWithValues: eras.map { ($0, 7) }))
        let order = vector.sorted.map(\.era)
        #expect(order == [eras[2], eras[1], eras[0], eras[3]])
        let bytes = order.map(\.bytes)
        #expect(bytes == bytes.sorted { $0.lexicographicallyPrecedes($1) })
    }
}
