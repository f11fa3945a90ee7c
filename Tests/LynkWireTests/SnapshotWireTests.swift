import LynkCore
import LynkWire
import TestSupport
import Testing

@Suite("Manifests and segments of snapshots") struct SnapshotWireTests {
    @Test("A manifest decodes to what was sent", arguments: 0..<60)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let manifest = random.manifest()
        #expect(try SnapshotManifest.decode(manifest.encoded()) == manifest)
    }

    @Test("No beginning of a manifest is one, and nothing may follow it")
    func truncated() {
        let bytes = GoldenSnapshots.manifest.encoded()
        let taken = bytes.indices.filter { count in
            (try? SnapshotManifest.decode(Array(bytes[..<count]))) != nil
        }
        #expect(taken.isEmpty)
        for more in [[0], bytes] {
            #expect(
                refusal { () throws(WireError) in try SnapshotManifest.decode(bytes + more) }
                    != nil)
        }
    }

    @Test("A payload with a turned bit is refused, or is another with one encoding",
        arguments: 0..<20)
    func flippedBits(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let frame = try frames(random.manifest().encoded())[0]
        for bit in 0..<frame.payload.count * 8 {
            let damaged = Frame(frame.type, flipped(frame.payload, bit: bit)).encoded()
            guard let taken = try? SnapshotManifest.decode(damaged) else { continue }
            if taken.encoded() != damaged { Issue.record("seed \(seed), bit \(bit)") }
        }
    }

    /// A manifest with other segments and tables.
    private static func manifest(
        _ segments: [SnapshotSegment], _ tables: [SnapshotTable] = []
    ) -> SnapshotManifest {
        let golden = GoldenSnapshots.manifest
        return SnapshotManifest(
            tenant: golden.tenant, hub: golden.hub, scope: golden.scope, position: 1,
            vector: .zero, chain: golden.chain, segments: segments, tables: tables)
    }

    @Test("The largest are taken, one more is not")
    func limits() {
        func refused(_ manifest: SnapshotManifest) -> WireError? {
            refusal { () throws(WireError) in try SnapshotManifest.decode(manifest.encoded()) }
        }
        func segment(_ bytes: Int) -> SnapshotSegment {
            SnapshotSegment(
                name: ContentID(hashing: []), byteCount: bytes, isCompressed: false)
        }
        func table(_ number: Int) -> SnapshotTable {
            SnapshotTable(
                table: TableID(number), count: 1, root: [UInt8](repeating: 0, count: 16))
        }
        let most = Limits.segmentBytesMax
        #expect(refused(Self.manifest([segment(most)])) == nil)
        #expect(refused(Self.manifest([segment(most + 1)])) == .overLimit("segmentBytesMax"))
        #expect(refused(Self.manifest([segment(0)])) == .invalid("segment"))
        let many = Array(repeating: segment(1), count: Limits.segmentsPerSnapshotMax)
        #expect(refused(Self.manifest(many)) == nil)
        #expect(
            refused(Self.manifest(many + many.prefix(1))) == .overLimit("segmentsPerSnapshotMax"))
        let tables = (0..<Limits.tablesPerSnapshotMax).map { table($0) }
        #expect(refused(Self.manifest([], tables)) == nil)
        #expect(
            refused(Self.manifest([], tables + [table(5_000)]))
                == .overLimit("tablesPerSnapshotMax"))
        #expect(refused(Self.manifest([], [table(2), table(2)])) == .notCanonical)
    }

    @Test("A segment is its hash: nothing else is expanded")
    func segments() throws {
        var random = SeededGenerator(seed: 4)
        let page = ResponseFrame.page(random.bytes(900))
        let frames = page.encoded() + ResponseFrame.conflicts(random.conflicts(3)).encoded()
        let (segment, bytes) = SegmentCodec.seal(frames)
        #expect(try SegmentCodec.open(bytes, as: segment).first == page)
        for (other, damaged) in [
            (segment, flipped(bytes, bit: 77)), (segment, bytes + [0]),
            (segment, Array(bytes.dropLast())),
            (
                SnapshotSegment(
                    name: segment.name, byteCount: bytes.count + 1,
                    isCompressed: segment.isCompressed), bytes
            ),
        ] {
            #expect(
                refusal { () throws(WireError) in try SegmentCodec.open(damaged, as: other) }
                    == .invalid("segment: its bytes have another hash"))
        }
        // The right hash of the wrong thing.
        for content in [
            ResponseFrame.checkpoint(random.checkpoint()).encoded(),
            Array(page.encoded().dropLast()), Array("no frame at all".utf8),
        ] {
            let (segment, bytes) = SegmentCodec.seal(content)
            #expect(
                refusal { () throws(WireError) in try SegmentCodec.open(bytes, as: segment) }
                    != nil)
        }
        // A segment of zeros is not mistaken for a bomb: it travels as it is.
        let zeros = ResponseFrame.page([UInt8](repeating: 0, count: 1_000_000)).encoded()
        let large = (0..<4).flatMap { _ in zeros }
        let sealed = SegmentCodec.seal(large)
        #expect(!sealed.segment.isCompressed)
        #expect(try SegmentCodec.open(sealed.bytes, as: sealed.segment).count == 4)
    }
}
