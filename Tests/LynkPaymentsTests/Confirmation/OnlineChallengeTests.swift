import LynkCore
import Testing

@testable import LynkPayments

@Suite("Codes that are asked for online, kept at the hub")
struct OnlineChallengeTests {
    private let world: World
    private let witness: Witness
    private let operatorDevice = Device(
        60, user: UserID.derived("lynk-hub-operator", [World.tenant.bytes]).rowKey, role: .admin,
        tenant: World.tenant, isHub: true)

    init() throws {
        world = try World(isStating: false)
        witness = try Witness(world)
    }

    /// Asks for a code as the shop's own device does.
    @discardableResult
    private func ask(_ payment: UInt64, _ amount: Int64, drawn: UInt64) throws -> (
        code: String, disposition: Disposition
    ) {
        let secret = try #require(Witness.secret)
        let request = CodeRequest(
            principal: witness.shop.principal, subject: World.payment(payment),
            rows: [[.key(World.shop), .key(world.ravi.user), .integer(amount), .null]],
            milliseconds: world.hub.clock)
        let issued = try OnlineCodes.issue(request, secret: secret, drawn: drawn)
        return (issued.code, try world.hub.push(operatorDevice.write(issued.changes)))
    }

    private func attempt(_ payment: UInt64, _ code: String) throws {
        try world.push(witness.attest(world.ravi, payment, code, kind: .onlineCode))
    }

    private func result(_ payment: UInt64) -> String {
        world.hub.entries(AttestationField.self).filter {
            $0.reference(.payment) == World.payment(payment)
                && $0.text(.uploadedBy) == "WORKER_UPLOAD"
        }.max { $0.money(.position) < $1.money(.position) }?.text(.result) ?? "none"
    }

    /// The hub receives at this moment, so many seconds after the world began.
    private func wait(_ seconds: Int64) { world.hub.clock = World.start + seconds * 1_000 }

    // An operator asked for 1,000 other codes, and a live one was gone; or asked again for one
    // that was there, and another was.
    @Test("Case 68: challenges at once all verify: asking for others puts none out")
    func manyAtOnce() throws {
        let count: UInt64 = 150
        try world.push(
            world.office.state(
                RowKey(high: World.tenant.high, low: World.tenant.low),
                [TenantPolicyField.smsPerHour: 200]))
        var codes: [String] = []
        for number in 1...count {
            try world.push(world.ravi.collect(number, 100 + Int64(number)))
            codes.append(try ask(number, 100 + Int64(number), drawn: number * 7_919).code)
        }
        for number in 1...count { try attempt(number, codes[Int(number) - 1]) }
        for number in 1...count { #expect(witness.attestation(number) == "VERIFIED") }
    }

    @Test("The code is for its payment and amount, works once, and is nowhere in the rows")
    func once() throws {
        try world.push(world.ravi.collect(1, 500_000), world.ravi.collect(2, 500_000))
        let (code, disposition) = try ask(1, 500_000, drawn: 123_456)
        #expect(disposition == .accepted)
        #expect(code == "123456")
        let held =
            world.hub.entries(OtpChallengeField.self).map(\.values)
            + world.hub.entries(AttestationField.self).map(\.values)
        #expect(!held.joined().contains(.text(code)))
        try attempt(2, code)
        #expect(result(2) == "NO_KEY")
        try attempt(1, code)
        #expect(result(1) == "VERIFIED")
        try attempt(1, code)
        #expect(result(1) == "REPEATED")
        #expect(witness.attestation(1) == "VERIFIED")
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("Case 68: after 600 seconds a code is refused")
    func expired() throws {
        try world.push(world.ravi.collect(1, 500_000))
        let code = try ask(1, 500_000, drawn: 1).code
        wait(1_000)
        try attempt(1, code)
        #expect(result(1) == "EXPIRED")
        #expect(witness.attestation(1) == "FAILED")
    }

    // The counter of tries was never reset after the cool-down.
    @Test("Case 68: three wrong, a cool-down of 120 seconds, then three fresh tries")
    func coolDown() throws {
        try world.push(world.ravi.collect(1, 500_000))
        let code = try ask(1, 500_000, drawn: 1).code
        for _ in 0..<2 {
            try attempt(1, "999999")
            #expect(result(1) == "FAILED")
        }
        try attempt(1, "999999")
        #expect(result(1) == "COOLING_DOWN")
        try attempt(1, code)
        #expect(result(1) == "COOLING_DOWN")
        wait(200)
        for _ in 0..<2 {
            try attempt(1, "999999")
            #expect(result(1) == "FAILED")
        }
        try attempt(1, code)
        #expect(result(1) == "VERIFIED")
    }

    @Test("Another code: not within half a minute, five in an hour, none after six wrong in a row")
    func rate() throws {
        try world.push(world.ravi.collect(1, 500_000))
        #expect(try ask(1, 500_000, drawn: 1).disposition == .accepted)
        #expect(try ask(1, 500_000, drawn: 2).disposition == .rejected)
        for round in 1..<5 {
            wait(Int64(round) * 100)
            #expect(try ask(1, 500_000, drawn: UInt64(10 + round)).disposition == .accepted)
        }
        wait(600)
        #expect(try ask(1, 500_000, drawn: 20).disposition == .rejected)
    }

    @Test("Only the hub gives codes, and only for the retailer who asks")
    func whoMay() throws {
        try world.push(world.ravi.collect(1, 500_000))
        let secret = try #require(Witness.secret)
        let request = CodeRequest(
            principal: world.ravi.principal, subject: World.payment(1),
            rows: [[.key(World.shop), .key(world.ravi.user), .integer(500_000), .null]],
            milliseconds: world.hub.clock)
        #expect(throws: Problem.self) {
            try OnlineCodes.issue(request, secret: secret, drawn: 1)
        }
        let own = CodeRequest(
            principal: witness.shop.principal, subject: World.payment(1), rows: request.rows,
            milliseconds: world.hub.clock)
        let forged = try OnlineCodes.issue(own, secret: secret, drawn: 1)
        #expect(try world.hub.push(world.ravi.write(forged.changes)) == .quarantined)
        #expect(try world.hub.push(world.clerk.write(forged.changes)) == .rejected)
    }
}

extension UserID {
    var rowKey: RowKey { RowKey(high: high, low: low) }
}
