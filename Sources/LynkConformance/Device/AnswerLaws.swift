/// What every answer to an exchange keeps, whatever the case. A law names its rule.
package struct AnswerLaws {
    package struct Breach: Hashable, Sendable {
        package let rule: String
        package let what: String
    }

    package private(set) var breaches: [Breach] = []

    /// Judges an answer to a device that sent these change sets, before it takes the answer in.
    package init(_ answer: Answer, to before: TestDevice, sent: [TestDevice.Sent]) {
        var device = before
        device.take(answer, sent: sent)
        order(answer)
        receipts(answer, before, sent)
        proofs(answer, device)
        if let checkpoint = answer.checkpoint {
            cut(checkpoint, answer, before, device)
        } else if answer.ending == nil {
            expect(false, "X7", "the answer has neither checkpoint nor problem at its end")
        }
    }

    private mutating func expect(_ holds: Bool, _ rule: String, _ what: @autoclosure () -> String) {
        if !holds { breaches.append(Breach(rule: rule, what: what())) }
    }

    private mutating func order(_ answer: Answer) {
        expect(answer.order.first == 0x10, "X7", "the first frame is not the welcome")
        expect(answer.order.filter { $0 == 0x10 }.count == 1, "X7", "not one welcome")
        let ends = answer.order.last == 0x13 || answer.order.last == 0x14
        expect(ends, "X7", "the last frame is neither checkpoint nor problem")
        if let scopes = answer.scopes {
            let pairs = zip(scopes, scopes.dropFirst())
            let ascend = pairs.allSatisfy { $0.utf8.lexicographicallyPrecedes($1.utf8) }
            expect(ascend, "S2", "the welcome's scopes do not ascend")
        }
    }

    private mutating func receipts(
        _ answer: Answer, _ before: TestDevice, _ sent: [TestDevice.Sent]
    ) {
        if answer.refusal == nil {
            let (due, found) = (sent.map(\.oid), answer.receipts.map(\.oid))
            expect(due == found, "X4", "\(found.count) receipts for \(due.count) change sets")
        } else {
            expect(answer.receipts.isEmpty, "X6", "receipts of a refused push")
        }
        var last: [[UInt8]: UInt64] = [:]
        for receipt in answer.receipts {
            if receipt.isRepeat {
                guard let first = before.receipts[receipt.oid] else { continue }
                let same =
                    first.dot == receipt.dot && first.effective == receipt.effective
                    && first.disposition == receipt.disposition && first.code == receipt.code
                expect(same, "X3", "a repeat with another receipt than the first")
                continue
            }
            let isFirst = before.receipts[receipt.oid] == nil || answer.verdict == "rollback"
            expect(isFirst, "X3", "a second first receipt")
            let number = last[receipt.dot.era] ?? 0
            expect(receipt.dot.number > number, "I2", "numbers of an era that do not ascend")
            last[receipt.dot.era] = receipt.dot.number
            let isTold = (receipt.code != nil) == Self.bad.contains(receipt.disposition)
            expect(
                isTold || receipt.disposition == "held", "X4",
                "\(receipt.disposition) with the problem \(receipt.code ?? "none")")
            let far = Int64(receipt.effective >> 16) - Int64(answer.hubTime >> 16)
            expect(abs(far) < 3_600_000, "T6", "an effective time \(far) ms from the hub's time")
        }
        let times = answer.receipts.filter { !$0.isRepeat }.map(\.effective)
        let ascend = zip(times, times.dropFirst()).allSatisfy { $0 < $1 }
        expect(ascend, "T6", "effective times of one lane that do not ascend")
    }

    private static let bad: Set = ["rejected", "quarantined"]

    private mutating func proofs(_ answer: Answer, _ device: TestDevice) {
        expect(answer.unproven.isEmpty, "D5", "receipts without a proof")
        for proof in answer.proofs {
            let hash = Hashing.sha256(proof.entries.encoded)
            let holds = SigningKey.verifies(
                proof.signature, by: device.hubKey, "lynk-receipts-1", hash)
            expect(holds, "D5", "a proof that does not verify")
        }
    }

    private mutating func cut(
        _ checkpoint: Answer.Checkpoint, _ answer: Answer, _ before: TestDevice,
        _ device: TestDevice
    ) {
        let position = before.checkpoint?.position ?? 0
        let isOnward = checkpoint.position >= position || answer.verdict == "rollback"
        expect(isOnward, "X7", "a position that went back")
        let isPlaced = checkpoint.position > 0 || checkpoint.numbers.isEmpty
        expect(isPlaced, "X7", "a checkpoint at zero whose vector is not empty")
        for receipt in answer.receipts {
            // An era that the vector leaves out was inherited by one that it names (T2).
            guard let reached = checkpoint.numbers[receipt.dot.era] else { continue }
            expect(reached >= receipt.dot.number, "X7", "a checkpoint without its own receipts")
        }
        if let last = answer.receipts.last, !last.isRepeat {
            let reached = checkpoint.numbers[last.dot.era] != nil
            expect(reached, "X7", "a vector without the era of a receipt just given")
        }
        expect(checkpoint.root == device.root, "D3", "a digest root that is not the rows'")
        for row in answer.pages.flatMap(\.rows) {
            let mine = !device.scopes.isDisjoint(with: row.scopes)
            expect(mine, "S3", "a row of a scope that the device does not have")
        }
    }
}
