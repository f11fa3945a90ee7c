import LynkCore
import Testing

@testable import LynkPayments

@Suite("Scenarios of confirmations, judged at the hub")
struct AttestationScenarioTests {
    private func scene(floor: Int64 = 0) throws -> (World, Witness) {
        let world = try World()
        return (world, try Witness(world, floor: floor))
    }

    private func require(_ policy: String, _ world: World) throws {
        let tenant = RowKey(high: World.tenant.high, low: World.tenant.low)
        try world.push(
            world.office.state(tenant, [TenantPolicyField.attestation: .text(policy)]))
        world.syncAll()
    }

    @Test("Case 15: typed again with the very same code: held, then rejected", arguments: 0..<6)
    func retypedWithTheSameCode(order: Int) throws {
        let (world, witness) = try scene(floor: 10)
        let first = world.ravi.collect(1, 300_000)
        let code = witness.code(first, 11)
        let again = Device(7, user: world.ravi.user, role: .worker, tenant: World.tenant)
        again.sync(with: world.hub)
        let second = again.collect(2, 300_000)
        let one = witness.attest(world.ravi, 1, code)
        let two = witness.attest(again, 2, code)
        let orders = [
            [first, one, second, two], [first, second, one, two], [first, second, two, one],
            [second, first, two, one], [second, two, first, one], [one, two, second, first],
        ]
        for written in orders[order] { try world.push(written) }
        #expect(world.hub.brokenInvariants == [])
        #expect(world.money == "out 1300000 un 0 held 0 reversed 300000")
        #expect([1, 2].map { world.posting($0) } == ["POSTED", "REVERSED"])
        #expect([1, 2].map { witness.attestation($0) } == ["VERIFIED", "REPLAYED"])
        #expect(
            world.exceptions.filter { $0 != "ATTESTATION_FAILED 2 AUTO_RESOLVED" } == [
                "ATTESTATION_REPLAY 1+2", "SUSPECT_RETYPED 1+2 AUTO_RESOLVED",
            ])
    }

    @Test("Rule 6: two codes of their own tell two payments apart", arguments: 0..<4)
    func toldApart(order: Int) throws {
        let (world, witness) = try scene()
        let again = Device(7, user: world.ravi.user, role: .worker, tenant: World.tenant)
        again.sync(with: world.hub)
        let first = world.ravi.collect(1, 300_000)
        let second = again.collect(2, 300_000)
        let one = witness.attest(world.ravi, 1, witness.code(first, 1))
        let two = witness.attest(again, 2, witness.code(second, 2))
        let orders = [
            [first, one, second, two], [first, second, one, two], [second, two, first, one],
            [two, one, second, first],
        ]
        for written in orders[order] { try world.push(written) }
        #expect(world.hub.brokenInvariants == [])
        #expect(world.money == "out 1000000 un 0 held 0 reversed 0")
        #expect(!world.exceptions.contains("SUSPECT_RETYPED 1+2"))
    }

    @Test("Case 61: counter 10 verifies; the same code on another payment is held")
    func replay() throws {
        let (world, witness) = try scene()
        let first = world.ravi.collect(1, 300_000)
        let code = witness.code(first, 10)
        try world.push(
            first, witness.attest(world.ravi, 1, code), witness.attest(world.ravi, 1, code),
            world.sita.collect(2, 400_000), witness.attest(world.sita, 2, code))
        #expect(world.hub.brokenInvariants == [])
        #expect([1, 2].map { witness.attestation($0) } == ["VERIFIED", "REPLAYED"])
        #expect(world.money == "out 1300000 un 0 held 400000 reversed 0")
        #expect(world.exceptions == ["ATTESTATION_REPLAY 1+2"])
        #expect(world.severity(.attestationReplay) == "SECURITY")
        try world.push(world.clerk.decide(1, .release, on: 2))
        #expect(world.money == "out 900000 un 0 held 0 reversed 0")
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Rule 27 in the other order: what was only wrong turns out to be another's code")
    func replayFirst() throws {
        let (world, witness) = try scene()
        let first = world.ravi.collect(1, 300_000)
        let code = witness.code(first, 10)
        try world.push(world.sita.collect(2, 400_000), witness.attest(world.sita, 2, code))
        #expect(witness.attestation(2) == "FAILED")
        #expect(world.posting(2) == "POSTED")
        try world.push(first, witness.attest(world.ravi, 1, code))
        #expect([1, 2].map { world.posting($0) } == ["POSTED", "HELD"])
        #expect(world.exceptions.contains("ATTESTATION_REPLAY 1+2"))
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Rule 26: a code for another amount, shop or worker fails, and the money is booked")
    func wrong() throws {
        let (world, witness) = try scene()
        let first = world.ravi.collect(1, 300_000)
        let other = world.sita.collect(2, 300_000)
        try world.push(
            first, other,
            witness.attest(world.ravi, 1, witness.code(first, 1, amount: 500_000)),
            witness.attest(world.ravi, 1, witness.code(other, 1)))
        #expect(witness.attestation(1) == "FAILED")
        #expect(world.posting(1) == "POSTED")
        #expect(world.exceptions.contains("ATTESTATION_FAILED 1"))
        let elsewhere = RowKey(high: 0x5E, low: 2)
        try world.push(
            world.office.write([.birth(elsewhere, [RetailerField.code: "R002"])]),
            witness.attest(world.sita, 2, witness.code(other, 2), of: elsewhere))
        #expect(witness.attestation(2) == "FAILED")
        // The right one after all.
        try world.push(witness.attest(world.ravi, 1, witness.code(first, 2)))
        #expect(witness.attestation(1) == "VERIFIED")
        #expect(world.exceptions.contains("ATTESTATION_FAILED 1 AUTO_RESOLVED"))
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("A worker attaches no code to another's name, no tap and no line of a phone")
    func whoMay() throws {
        let (world, witness) = try scene()
        let first = world.ravi.collect(1, 300_000)
        try world.push(first)
        var forged = witness.line(1, amount: 300_000, by: world.ravi)
        #expect(try world.hub.push(forged) == .quarantined)
        #expect(try world.hub.push(witness.tap(world.ravi, 1, as: "WORKER_UPLOAD")) == .quarantined)
        #expect(
            try world.hub.push(witness.tap(world.ravi, 1, as: "RETAILER_UPLOAD")) == .quarantined)
        let stranger = Device(
            41, user: RowKey(high: 0x5E, low: 9), role: .retailer, tenant: World.tenant)
        forged = witness.tap(stranger, 1, as: "RETAILER_UPLOAD")
        #expect(try world.hub.push(forged) == .quarantined)
        #expect(witness.attestation(1) == "NONE")
    }

    // Counters of the retailer's phone have no holes of their own.
    @Test("Case 63: number 11 never came: a gap; the phone's log then tells of what was collected")
    func gap() throws {
        let (world, witness) = try scene(floor: 10)
        let twelve = world.sita.collect(2, 200_000)
        try world.push(twelve, witness.attest(world.sita, 2, witness.code(twelve, 12)))
        try witness.tick(1, afterHours: 71)
        #expect(witness.findings == [])
        try witness.tick(2, afterHours: 74)
        #expect(witness.findings == ["ATTESTATION_GAP WARN 0 OPEN"])
        try world.push(witness.line(11, amount: 500_000))
        #expect(witness.records == ["11 500000"])
        #expect(
            witness.findings == [
                "ATTESTATION_GAP WARN 0 AUTO_RESOLVED",
                "ATTESTED_NOT_REPORTED SECURITY 500000 OPEN",
            ])
        #expect(world.money == "out 1400000 un 0 held 0 reversed 0")
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Case 63: of a scanned payment the log knows the worker too; a late report ends it")
    func notReported() throws {
        let (world, witness) = try scene()
        let unsent = world.ravi.collect(1, 500_000)
        let statement = try #require(witness.statement(unsent))
        try world.push(witness.line(1, amount: 500_000, scanned: statement))
        try witness.tick(1, afterHours: 71)
        #expect(witness.records == [])
        try witness.tick(2, afterHours: 74)
        #expect(witness.records == ["1 500000"])
        let note = try #require(world.hub.entries(ExceptionField.self).first)
        #expect(note.text(.kind) == "ATTESTED_NOT_REPORTED")
        #expect(note.reference(.worker) == world.ravi.user)
        try world.push(unsent)
        #expect(witness.records == [])
        #expect(
            witness.findings == ["ATTESTED_NOT_REPORTED SECURITY 500000 AUTO_RESOLVED"])
        #expect(witness.attestation(1) == "VERIFIED")
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Rule 30: the payer confirmed 12,000.00 and 8,000.00 was reported", arguments: 0..<3)
    func amountDiffers(order: Int) throws {
        let (world, witness) = try scene()
        let first = world.ravi.collect(1, 800_000)
        let challenge = try #require(witness.statement(first)).challenge
        let attached = witness.attest(world.ravi, 1, witness.code(first, 1, amount: 1_200_000))
        let line = witness.line(1, amount: 1_200_000, challenge: challenge)
        let orders = [[first, attached, line], [line, first, attached], [attached, line, first]]
        for written in orders[order] { try world.push(written) }
        #expect(world.posting(1) == "POSTED")
        #expect(witness.attestation(1) == "FAILED")
        #expect(
            witness.findings == [
                "AMOUNT_MISMATCH SECURITY 1200000 OPEN", "ATTESTATION_FAILED WARN 800000 OPEN",
            ])
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Case 65: three wrong codes lock the payment; the retailer's own tap confirms it")
    func locked() throws {
        let (world, witness) = try scene()
        let first = world.ravi.collect(1, 300_000)
        try world.push(first)
        for code in ["000000000", "123123123", "111111111"] {
            try world.push(witness.attest(world.ravi, 1, code))
        }
        try world.push(witness.attest(world.ravi, 1, witness.code(first, 1)))
        #expect(witness.attestation(1) == "FAILED")
        try world.push(witness.tap(witness.shop, 1, as: "RETAILER_UPLOAD"))
        #expect(witness.attestation(1) == "VERIFIED")
        #expect(world.exceptions == ["ATTESTATION_FAILED 1 AUTO_RESOLVED"])
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Case 65: ten wrong codes in a day lock the retailer's key")
    func keyLocked() throws {
        let (world, witness) = try scene()
        for number in 1...10 {
            try world.push(
                world.ravi.collect(UInt64(number), 1_000 * Int64(number)),
                witness.attest(world.ravi, UInt64(number), "000000000"))
        }
        let last = world.sita.collect(11, 5_000)
        try world.push(last, witness.attest(world.sita, 11, witness.code(last, 1)))
        #expect(witness.attestation(11) == "FAILED")
        let next = world.sita.collect(12, 6_000)
        try world.push(next, try witness.sign(world.sita, next, 2))
        #expect(witness.attestation(12) == "VERIFIED")
        #expect(world.hub.brokenInvariants == [])
    }

    @Test(
        "Case 66: a lost phone's codes count until then, in both orders", arguments: [false, true])
    func revoked(isToldFirst: Bool) throws {
        let (world, witness) = try scene()
        let lost = World.start + 10 * Witness.hour
        let revoke = world.office.change(
            Witness.card(1),
            [RetailerKeyField.state: "REVOKED", .revokedAt: .integer(lost)])
        if isToldFirst { try world.push(revoke) }
        world.ravi.now = lost - Witness.hour
        let before = world.ravi.collect(1, 300_000)
        let one = witness.attest(world.ravi, 1, witness.code(before, 1))
        world.ravi.now = lost + Witness.hour
        let after = world.ravi.collect(2, 400_000)
        let three = witness.attest(world.ravi, 2, witness.code(after, 3))
        try world.push(before, one, after, three)
        if !isToldFirst { try world.push(revoke) }
        #expect([1, 2].map { witness.attestation($0) } == ["VERIFIED", "KEY_REVOKED"])
        try witness.register(2)
        let fresh = world.sita.collect(3, 100_000)
        try world.push(
            fresh, witness.attest(world.sita, 3, witness.code(fresh, 1, version: 2)))
        #expect(witness.attestation(3) == "VERIFIED")
        // The number that is missing is unknown with the phone, and nobody's fault.
        try witness.tick(1, afterHours: 100)
        #expect(
            witness.findings == [
                "ATTESTATION_FAILED SECURITY 400000 OPEN", "ATTESTATION_GAP INFO 0 OPEN",
            ])
        #expect(world.hub.brokenInvariants == [])
    }

    @Test(
        "Case 67: a worker's phone is destroyed: four records, booked once, also when it is found")
    func recovered() throws {
        let (world, witness) = try scene()
        let amounts: [Int64] = [200_000, 230_000, 240_000, 260_000]
        let unsent = amounts.enumerated().map {
            world.ravi.collect(UInt64($0.offset + 1), $0.element)
        }
        for (index, written) in unsent.enumerated() {
            let statement = try #require(witness.statement(written))
            try world.push(
                witness.line(Int64(index + 1), amount: amounts[index], scanned: statement))
        }
        let device = RowKey(high: 0xD, low: 1)
        try world.push(
            world.office.state(
                device, [DeviceStatusField.user: .key(world.ravi.user), .state: "LOST"]))
        #expect(witness.records.count == 4)
        #expect(
            world.hub.entries(ExceptionField.self).reduce(0) { $0 + $1.money(.amount) } == 930_000)
        #expect(world.money == "out 1600000 un 0 held 0 reversed 0")
        for (index, written) in unsent.enumerated() {
            let second = Int64(1_000)
            try world.push(
                world.clerk.state(
                    World.payment(UInt64(index + 1)),
                    [
                        PaymentField.retailer: .key(World.shop), .worker: .key(world.ravi.user),
                        .amount: .integer(amounts[index]), .method: "CASH",
                        .claimedAt: .integer(
                            (written.changes[0].value(PaymentField.claimedAt)?.integerValue ?? 0)
                                / second * second),
                        .lifecycle: "COMPLETED",
                    ]))
        }
        #expect(world.money == "out 670000 un 0 held 0 reversed 0")
        #expect(witness.records == [])
        #expect(
            Set(witness.findings.map { $0.split(separator: " ").last ?? "" }) == ["AUTO_RESOLVED"])
        for written in unsent {
            #expect([.accepted, .merged].contains(try world.hub.push(written)))
        }
        #expect(world.money == "out 670000 un 0 held 0 reversed 0")
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("ALWAYS: money above the limit waits for the payer's word, in any order of the two")
    func always() throws {
        let (world, witness) = try scene()
        try require("ALWAYS", world)
        let large = world.ravi.collect(1, 600_000)
        let code = witness.attest(world.ravi, 1, witness.code(large, 1))
        try world.push(large, world.sita.collect(2, 500_000))
        #expect([1, 2].map { world.posting($0) } == ["HELD", "POSTED"])
        // What waits was collected all the same.
        let contest = "CONCURRENT_SAME_INVOICE 1+2"
        #expect(world.exceptions == ["ATTESTATION_MISSING 1", contest])
        try world.push(code)
        #expect(world.posting(1) == "POSTED")
        #expect(world.exceptions == ["ATTESTATION_MISSING 1 AUTO_RESOLVED", contest])
        let second = world.meera.collect(3, 700_000)
        let ahead = witness.attest(world.meera, 3, witness.code(second, 2))
        try world.push(ahead, second)
        #expect(world.posting(3) == "POSTED")
        #expect(world.exceptions.allSatisfy { !$0.hasSuffix("MISSING 3") })
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("NONE and ABOVE hold nothing: a wrong code is only told", arguments: ["NONE", "ABOVE"])
    func told(policy: String) throws {
        let (world, witness) = try scene()
        try require(policy, world)
        try world.push(
            world.ravi.collect(1, 900_000), witness.attest(world.ravi, 1, "000000000"))
        #expect(world.posting(1) == "POSTED")
        #expect(world.exceptions == ["ATTESTATION_FAILED 1"])
    }

    @Test("A shop without a card: the code waits for it")
    func noKey() throws {
        let world = try World()
        let first = world.ravi.collect(1, 300_000)
        try world.push(first)
        let witness = try Witness(world)
        #expect(witness.attestation(1) == "NONE")
        let second = world.ravi.collect(2, 100_000)
        let bare = try World()
        try bare.push(second, witness.attest(bare.ravi, 2, witness.code(second, 1)))
        let late = try Witness(bare)
        #expect(late.attestation(2) == "VERIFIED")
        #expect(bare.hub.brokenInvariants == [])
    }
}
