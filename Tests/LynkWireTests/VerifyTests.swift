import LynkCore
import LynkWire
import TestSupport
import Testing

@Suite("The comparison of ranges of rows") struct VerifyTests {
    @Test("Both sides' messages decode to what was sent", arguments: 0..<60)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let request = random.verifyRequest()
        #expect(try VerifyRequest.decode(request.encoded()) == request)
        let answer = random.verifyAnswer()
        #expect(try VerifyAnswer.decode(answer.encoded()) == answer)
    }

    @Test("No beginning of a message is one", arguments: 0..<12)
    func truncated(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let (request, answer) = (random.verifyRequest(), random.verifyAnswer())
        let asked = request.encoded().indices.filter { count in
            (try? VerifyRequest.decode(Array(request.encoded()[..<count]))) != nil
        }
        let answered = answer.encoded().indices.filter { count in
            (try? VerifyAnswer.decode(Array(answer.encoded()[..<count]))) != nil
        }
        #expect(asked.isEmpty && answered.isEmpty)
    }

    @Test("A payload with a turned bit is refused, or is another with one encoding",
        arguments: 0..<20)
    func flippedBits(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let asked = try frames(random.verifyRequest().encoded())[0]
        for bit in 0..<asked.payload.count * 8 {
            let damaged = Frame(asked.type, flipped(asked.payload, bit: bit)).encoded()
            guard let taken = try? VerifyRequest.decode(damaged) else { continue }
            if taken.encoded() != damaged { Issue.record("asked: seed \(seed), bit \(bit)") }
        }
        let answer = try frames(random.verifyAnswer().encoded())
        for bit in 0..<answer[0].payload.count * 8 {
            let first = Frame(answer[0].type, flipped(answer[0].payload, bit: bit))
            let damaged = ([first] + answer.dropFirst()).flatMap { $0.encoded() }
            guard let taken = try? VerifyAnswer.decode(damaged) else { continue }
            if taken.encoded() != damaged { Issue.record("answered: seed \(seed), bit \(bit)") }
        }
    }

    @Test("A range has a lower bound below its upper one")
    func emptyRange() {
        let key = RowKey(high: 5, low: 5)
        for upper in [key, RowKey(high: 4, low: 9)] {
            let bytes = VerifyRequest(
                scopeSetHash: [], position: 0,
                asks: [
                    VerifyAsk(
                        scope: "a", table: 1, ranges: [KeyRange(lower: key, upper: upper)])
                ]
            ).encoded()
            #expect(
                refusal { () throws(WireError) in try VerifyRequest.decode(bytes) }
                    == .invalid("an empty range"))
        }
        #expect(KeyRange.all.contains(key))
        #expect(!KeyRange(lower: key, upper: nil).contains(RowKey(high: 4, low: 9)))
        #expect(!KeyRange(lower: RowKey(high: 0, low: 0), upper: key).contains(key))
    }

    @Test("The most ranges are taken, one more is not")
    func limits() {
        func refused(_ asks: [VerifyAsk]) -> WireError? {
            let bytes = VerifyRequest(scopeSetHash: [], position: 0, asks: asks).encoded()
            return refusal { () throws(WireError) in try VerifyRequest.decode(bytes) }
        }
        func ask(_ count: Int) -> VerifyAsk {
            VerifyAsk(scope: "a", table: 1, ranges: Array(repeating: .all, count: count))
        }
        let most = Limits.verifyRangesMax
        #expect(refused([ask(most)]) == nil)
        #expect(refused([ask(most + 1)]) == .overLimit("verifyRangesMax"))
        #expect(refused([ask(most), ask(1)]) == .overLimit("verifyRangesMax"))
        #expect(refused(Array(repeating: ask(1), count: most)) == nil)
        #expect(refused([ask(0)]) == .unexpected("range"))
    }

    @Test("One step over a large table fits: thirty-two parts in at most 1,500 bytes")
    func stepSize() {
        var random = SeededGenerator(seed: 3)
        var bounds: [RowKey] = (0..<31).map { _ in random.identifier() }.sorted()
        bounds.insert(RowKey(high: 0, low: 0), at: 0)
        let parts = bounds.indices.map { index in
            RangePart(
                scope: "worker/7", table: 7,
                range: KeyRange(
                    lower: bounds[index],
                    upper: index + 1 < bounds.count ? bounds[index + 1] : nil),
                count: 31_250, hash: random.bytes(16))
        }
        #expect(VerifyAnswer(position: 1_000_000, parts: parts).encoded().count <= 1_500)
    }
}
