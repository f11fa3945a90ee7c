import LynkCore
import LynkWire
import TestSupport
import Testing

@Suite("What a device says first") struct HelloTests {
    private func encoded(_ hello: Hello) -> [UInt8] {
        var writer = CBORWriter()
        hello.encode(into: &writer)
        return writer.bytes
    }

    private func decoded(_ bytes: [UInt8]) throws(WireError) -> Hello {
        try bytes.reading { (reader) throws(WireError) in try Hello(from: &reader) }
    }

    private func plain(_ change: (inout Parts) -> Void) -> Hello {
        var parts = Parts()
        change(&parts)
        return Hello(
            device: DeviceID(high: 1, low: 1), lane: LaneID(high: 2, low: 2),
            schemaName: "s", schemaVersion: 1, head: nil, cursor: .start,
            clock: ClockReading(
                wallMilliseconds: 0, bootID: BootID(high: 3, low: 3), bootMilliseconds: 0),
            digestRoot: [], ratchet: parts.ratchet, chain: parts.chain,
            keptHeads: parts.keptHeads, proofs: parts.proofs, resume: parts.resume,
            narrowed: parts.narrowed)
    }

    /// What a test varies.
    private struct Parts {
        var ratchet: [UInt8] = []
        var chain: [UInt8] = []
        var keptHeads: [LaneHead] = []
        var proofs: [ReceiptProof] = []
        var resume: [UInt8] = []
        var narrowed: [Scope]?
    }

    @Test("It decodes to what was said, with every extension", arguments: 0..<100)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let hello = random.hello()
        #expect(try decoded(encoded(hello)) == hello)
    }

    @Test("No beginning of a hello is a hello", arguments: 0..<30)
    func truncated(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = encoded(random.hello())
        let taken = bytes.indices.filter { count in
            refusal { () throws(WireError) in try decoded(Array(bytes[..<count])) } == nil
        }
        #expect(taken.isEmpty)
    }

    @Test("A turned bit is refused, or makes another hello with one encoding", arguments: 0..<30)
    func flippedBits(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = encoded(random.hello())
        for bit in 0..<bytes.count * 8 {
            let damaged = flipped(bytes, bit: bit)
            guard let taken = try? decoded(damaged) else { continue }
            let again = encoded(taken)
            // A member of a later version is passed over, so less is left.
            if again != damaged, again.count >= damaged.count || (try? decoded(again)) != taken {
                Issue.record("seed \(seed), bit \(bit)")
            }
        }
    }

    @Test("A member that this version does not know is passed over")
    func laterMember() throws {
        let hello = plain { $0.ratchet = [UInt8](repeating: 7, count: 16) }
        var bytes = encoded(hello)
        let map = bytes.count - 19
        #expect(bytes[map] == 0xA1)
        bytes[map] = 0xA2
        bytes += [0x18, 0x63, 0x41, 0x00]
        #expect(try decoded(bytes) == hello)
    }

    @Test("Members out of order, twice, empty or of another length are refused", arguments: [
        ("out of order", "A2 024102 0150" + String(repeating: "11", count: 16),
            WireError.notCanonical),
        ("twice", "A2 184D4100 184D4100", .notCanonical),
        ("an empty ratchet", "A1 0140", .notCanonical),
        ("a short ratchet", "A1 014101", .unexpected("16 bytes")),
        ("an empty list of heads", "A1 034180", .notCanonical),
        ("a mode that is not live", "A1 0841F4", .notCanonical),
        ("more than one item in a member", "A1 0842F5F5", .invalid("bytes after the end")),
        ("a member that is no byte string", "A1 0101", .unexpected("byte string")),
        ("too many members", "B1 0041 00", .overLimit("extensionsMax")),
    ])
    func refusedMembers(reason: Comment, extensions: String, expected: WireError) throws {
        let bytes = try encoded(plain { _ in }).dropLast() + hex(extensions)
        #expect(
            refusal { () throws(WireError) in try decoded(Array(bytes)) } == expected, reason)
    }

    @Test("The longest lists are taken, one more is not")
    func limits() {
        func refused(_ change: (inout Parts) -> Void) -> WireError? {
            let bytes = encoded(plain(change))
            return refusal { () throws(WireError) in try decoded(bytes) }
        }
        let head = LaneHead(
            lane: LaneID(high: 9, low: 9), sequence: 1, oid: ContentID(hashing: []))
        let proof = ReceiptProof(entries: [], signature: [UInt8](repeating: 1, count: 64))
        let heads = Array(repeating: head, count: Limits.keptHeadsMax)
        #expect(refused { $0.keptHeads = heads } == nil)
        #expect(refused { $0.keptHeads = heads + [head] } == .overLimit("keptHeadsMax"))
        let proofs = Array(repeating: proof, count: Limits.proofsPerHelloMax)
        #expect(refused { $0.proofs = proofs } == nil)
        #expect(refused { $0.proofs = proofs + [proof] } == .overLimit("proofsPerHelloMax"))
        let mark = [UInt8](repeating: 1, count: Limits.markBytesMax)
        #expect(refused { $0.resume = mark } == nil)
        #expect(refused { $0.resume = mark + [1] } == .overLimit("markBytesMax"))
        let scopes = (0...Limits.scopesPerDeviceMax).map { Scope("\($0)") }
        #expect(refused { $0.narrowed = Array(scopes.dropLast()) } == nil)
        #expect(refused { $0.narrowed = scopes } == .overLimit("scopesPerDeviceMax"))
        #expect(refused { $0.narrowed = [] } == nil)
    }
}
