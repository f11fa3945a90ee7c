import LynkCore
import TestSupport
import Testing

@testable import LynkPayments

@Suite("Confirmations in any order of arrival")
struct AttestationOrderTests {
    /// Three workers with payments, right codes, one wrong one, one of another's payment; the
    /// phone's log; all of it arriving in the order of a seed that keeps each device's own.
    private func arrive(_ seed: UInt64, order: UInt64) throws -> [String] {
        var random = SeededGenerator(seed: seed)
        let world = try World(isStating: false)
        let witness = try Witness(world)
        var queues: [[Written]] = []
        var codes: [String] = []
        var lines: [Written] = []
        var number: UInt64 = 0
        var counter: Int64 = 0
        for device in world.devices.dropLast() {
            var queue: [Written] = []
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                number += 1
                let amount = Int64.random(in: 1...6, using: &random) * 100_000
                let written = device.collect(number, amount)
                queue.append(written)
                let statement = try #require(witness.statement(written))
                counter += 1
                switch Int.random(in: 0..<6, using: &random) {
                case 0: break  // Confirmed, and the code thrown away: a gap.
                case 1: queue.append(witness.attest(device, number, "000000000"))
                case 2:
                    if let stolen = codes.randomElement(using: &random) {
                        queue.append(witness.attest(device, number, stolen))
                    }
                case 3:
                    queue.append(
                        witness.attest(
                            device, number, witness.code(written, counter, amount: amount + 1)))
                    lines.append(
                        witness.line(
                            counter, amount: amount + 1, challenge: statement.challenge))
                case 4:
                    lines.append(witness.line(counter, amount: amount, scanned: statement))
                default:
                    let code = witness.code(written, counter)
                    codes.append(code)
                    queue.append(witness.attest(device, number, code))
                }
            }
            queues.append(queue)
        }
        queues.append(lines)
        var rest = queues.map { ArraySlice($0) }
        var chance = SeededGenerator(seed: order)
        while let index = rest.indices.filter({ !rest[$0].isEmpty })
            .randomElement(using: &chance)
        {
            try world.hub.push(rest[index].removeFirst())
            #expect(world.hub.brokenInvariants == [])
        }
        try witness.tick(1, afterHours: 100)
        let payments = world.hub.entries(PaymentField.self).map {
            "\($0.key.low) \($0.text(.posting)) \($0.text(.attestation)) \($0.text(.heldFor))"
        }
        // Which of two came first may still show in what ended by itself.
        return payments + witness.findings.filter { $0.hasSuffix("OPEN") }
            + witness.records.sorted()
    }

    @Test("Postings, axis 2, exceptions and records", arguments: 1...24)
    func anyOrder(seed: Int) throws {
        let expected = try arrive(UInt64(seed), order: 0)
        for order in 1...6 {
            let found = try arrive(UInt64(seed), order: UInt64(order))
            #expect(found == expected, "seed \(seed), order \(order)")
        }
    }
}
