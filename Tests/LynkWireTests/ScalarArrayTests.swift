import LynkCore
import LynkWire
import TestSupport
import Testing

/// The core writes columns of sets and multi-values itself; the bytes are the wire's.
@Suite struct ScalarArrayTests {
    private func wire(_ values: [Value]) -> [UInt8] {
        var writer = CBORWriter()
        writer.array(values.count)
        for value in values { writer.value(value) }
        return writer.bytes
    }

    @Test("The core's arrays are the wire's, byte for byte", arguments: 0..<20)
    func bytes(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<100 {
            let values = (0..<random.count(30)).map { _ in random.value() }
            let bytes = ScalarArray.encode(values)
            #expect(bytes == wire(values))
            #expect(ScalarArray.decode(bytes) == values)
        }
    }

    @Test(
        "At the ends of every width the two agree",
        arguments: [
            0, 23, 24, 255, 256, 65_535, 65_536, 4_294_967_295, 4_294_967_296, .max,
        ] as [Int64])
    func widths(number: Int64) {
        let values: [Value] = [
            .integer(number), .integer(~number), .integer(-number), .real(Double(number)),
            .text(String(repeating: "x", count: Int(min(number, 70_000)))),
            .blob([UInt8](repeating: 7, count: Int(min(number, 70_000)))),
        ]
        let bytes = ScalarArray.encode(values)
        #expect(bytes == wire(values))
        #expect(ScalarArray.decode(bytes) == values)
    }

    @Test("What the wire's reader refuses, the core's refuses", arguments: 0..<40)
    func damaged(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = ScalarArray.encode((0..<6).map { _ in random.value() })
        for bit in 0..<bytes.count * 8 {
            let damaged = flipped(bytes, bit: bit)
            let wire = try? damaged.reading { (reader) throws(WireError) -> [Value] in
                var values: [Value] = []
                for _ in 0..<(try reader.array(Limits.setElementsMax, "")) {
                    values.append(try reader.value())
                }
                return values
            }
            #expect(ScalarArray.decode(damaged) == wire)
        }
        for count in bytes.indices { #expect(ScalarArray.decode(Array(bytes[..<count])) == nil) }
    }

    @Test("The bounds: 1,024 elements and the size of a value")
    func bounds() {
        let most = (0..<Int64(Limits.setElementsMax)).map { Value.integer($0) }
        #expect(ScalarArray.decode(ScalarArray.encode(most)) == most)
        #expect(ScalarArray.decode(ScalarArray.encode(most + [.integer(-1)])) == nil)
        let long = Value.blob([UInt8](repeating: 0, count: Limits.valueBytesMax))
        #expect(ScalarArray.decode(ScalarArray.encode([long])) == nil)
        // A head that promises more than there is takes no memory.
        #expect(ScalarArray.decode([0x9A, 0xFF, 0xFF, 0xFF, 0xFF]) == nil)
        #expect(ScalarArray.decode([]) == nil)
    }

    @Test("A set's order is that of its elements' bytes")
    func order() {
        let values: [Value] = ["b", "aa", "a", 24, 23, -1, .real(0.5), .blob([1]), 0, "a"]
        let ordered = ScalarArray.canonicalSet(values)
        #expect(ordered == [0, 23, 24, -1, .blob([1]), "a", "b", "aa", .real(0.5)])
        #expect(ScalarArray.isCanonicalSet(ordered))
        #expect(!ScalarArray.isCanonicalSet(ordered.reversed()))
        #expect(!ScalarArray.isCanonicalSet([1, 1]))
        #expect(!ScalarArray.isCanonicalSet([.null]))
    }
}
