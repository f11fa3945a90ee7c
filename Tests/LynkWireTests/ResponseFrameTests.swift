import LynkCore
import LynkWire
import TestSupport
import Testing

@Suite struct ResponseFrameTests {
    @Test("A response decodes to what was sent, and encodes to the same bytes", arguments: 0..<20)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<20 {
            let sent = random.response()
            let bytes = sent.encoded()
            let got = try frames(bytes).map { try ResponseFrame.decode($0) }
            #expect(got == [sent])
            #expect(got.flatMap { $0.encoded() } == bytes)
        }
    }

    @Test("No beginning of a payload is a payload", arguments: 0..<40)
    func truncated(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let frame = try frames(random.response().encoded())[0]
        if frame.type == .page { return }
        let taken = frame.payload.indices.filter { count in
            let cut = Frame(frame.type, Array(frame.payload[..<count]))
            return refusal { () throws(WireError) in try ResponseFrame.decode(cut) } == nil
        }
        #expect(taken.isEmpty)
    }

    @Test("A payload with a turned bit is refused, or is another payload with one encoding",
        arguments: 0..<60)
    func flippedBits(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let frame = try frames(random.response().encoded())[0]
        for bit in 0..<frame.payload.count * 8 {
            let damaged = Frame(frame.type, flipped(frame.payload, bit: bit))
            guard let taken = try? ResponseFrame.decode(damaged) else { continue }
            // A code that this version does not know is the one thing that is not kept as it came.
            if "\(taken)".contains("internal_failure") {
                #expect(try ResponseFrame.decode(frames(taken.encoded())[0]) == taken)
            } else if taken.encoded() != damaged.encoded() {
                // A member of a later version's extensions is passed over, so less is left.
                let again = try ResponseFrame.decode(frames(taken.encoded())[0])
                if again != taken || taken.encoded().count >= damaged.encoded().count {
                    Issue.record("seed \(seed), bit \(bit)")
                }
            }
        }
    }

    @Test("A problem of a later version is shown, not refused")
    func unknownProblem() throws {
        var writer = CBORWriter()
        writer.array(2)
        writer.text("quota_exhausted")
        writer.text("3 GB")
        let got = try ResponseFrame.decode(Frame(.problem, writer.bytes))
        #expect(got == .problem(Problem(.internalFailure, "quota_exhausted: 3 GB")))
    }

    @Test("The facts of a problem are cut where a character ends")
    func longDetail() throws {
        let detail = "x" + String(repeating: "₹", count: 2_000)
        let bytes = ResponseFrame.problem(Problem(.valueInvalid, detail)).encoded()
        let got = try ResponseFrame.decode(frames(bytes)[0])
        let kept = "x" + String(repeating: "₹", count: 1_365)
        #expect(got == .problem(Problem(.valueInvalid, kept)))
        #expect(kept.utf8.count == Limits.problemDetailBytesMax)
    }

    @Test("A problem frame holds a problem")
    func noProblem() {
        #expect(throws: WireError.unexpected("problem")) {
            try ResponseFrame.decode(Frame(.problem, [0xF6]))
        }
    }

    @Test("A plain receipt costs at most 52 bytes after the first")
    func receiptSize() throws {
        var random = SeededGenerator(seed: 1)
        let era: EraID = random.identifier()
        let receipts = (0..<100).map { index in
            Receipt(
                oid: random.contentID(), disposition: .accepted,
                dot: Dot(era: era, number: 5_000_000 + UInt64(index)),
                effective: HybridTimestamp(milliseconds: 1_760_000_000_000 + Int64(index) * 90_000))
        }
        let bytes = ResponseFrame.receipts(receipts).encoded()
        #expect(bytes.count <= 52 * receipts.count + 40)
    }

    @Test("The receipts of the longest push, each with the longest problem, arrive")
    func manyReceipts() throws {
        var random = SeededGenerator(seed: 2)
        let era: EraID = random.identifier()
        let problem = Problem(.valueInvalid, String(repeating: "x", count: 4_096))
        let sent = (0..<Limits.changeSetsPerPushMax).map { index in
            Receipt(
                oid: random.contentID(), disposition: .held,
                dot: Dot(era: era, number: UInt64(index) + 1), effective: .zero, problem: problem)
        }
        var got: [Receipt] = []
        for frame in try frames(ResponseFrame.receipts(sent).encoded()) {
            guard case .receipts(let some) = try ResponseFrame.decode(frame) else { continue }
            got += some
        }
        #expect(got == sent)
    }

    @Test("The widest welcome arrives")
    func wideWelcome() throws {
        let scopes = (0..<Limits.scopesPerDeviceMax).map { number in
            Scope(String(repeating: "s", count: 123) + String(10_000 + number))
        }
        let sent = Welcome(
            hub: HubID(high: 1, low: 1),
            eras: (1...5_000).map {
                EraRecord(
                    era: EraID(high: 2, low: $0), hub: HubID(high: 1, low: 1),
                    parents: VersionVector([EraID(high: 2, low: $0 - 1): $0]))
            },
            head: nil, hubTime: .zero, digestKey: [], scopes: ScopeUpdate(scopes: scopes),
            refusal: nil)
        let got = try frames(ResponseFrame.welcome(sent).encoded())
        #expect(try got.map { try ResponseFrame.decode($0) } == [.welcome(sent)])
    }

    @Test("Impossible receipts are refused", arguments: [
        ("an era that is not listed", "8280 88 OID 00 00 01 00 00 F6 F4"),
        ("an era out of order", "8282 E1 E2 88 OID 00 01 01 00 00 F6 F4"),
        ("an era that nothing uses", "8281 E1 80"),
        ("an era listed twice", "8282 E1 E1 90 OID 00 00 01 00 00 F6 F4 OID 00 01 01 00 00 F6 F4"),
        ("a number of zero", "8281 E1 88 OID 00 00 00 00 00 F6 F4"),
        ("a negative number", "8281 E1 88 OID 00 00 20 00 00 F6 F4"),
        ("an unknown disposition", "8281 E1 88 OID 05 00 01 00 00 F6 F4"),
        ("half a receipt", "8281 E1 84 OID 00 00 01"),
    ])
    func refusedReceipts(reason: Comment, digits: String) throws {
        let payload = try hex(
            digits.replacing("OID", with: "5820" + String(repeating: "0D", count: 32))
                .replacing("E1", with: "50" + String(repeating: "A1", count: 16))
                .replacing("E2", with: "50" + String(repeating: "A2", count: 16)))
        let frame = Frame(.receipts, payload)
        #expect(refusal { () throws(WireError) in try ResponseFrame.decode(frame) } != nil, reason)
    }
}
