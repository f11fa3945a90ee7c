import LynkCore
import Testing

@testable import LynkPayments

@Suite("What limits codes, of a shop, a device, a worker and the hub's memory")
struct CodeLimitTests {
    private let world: World
    private let witness: Witness
    private let operatorDevice = Device(
        60, user: UserID.derived("lynk-hub-operator", [World.tenant.bytes]).rowKey, role: .admin,
        tenant: World.tenant, isHub: true)

    init() throws {
        world = try World(isStating: false)
        witness = try Witness(world)
    }

    private func decide(_ policy: [TenantPolicyField: Value]) throws {
        try world.push(
            world.office.state(
                RowKey(high: World.tenant.high, low: World.tenant.low), policy))
    }

    private func shop(_ number: UInt64) -> Device {
        Device(
            UInt32(1_000 + number), user: RowKey(high: 0x5F, low: number), role: .retailer,
            tenant: World.tenant)
    }

    /// Asks the hub as a shop's device does, with everything that the route does.
    private func ask(
        _ payment: UInt64, _ amount: Int64, by shop: Device, mint: CodeMint? = nil,
        digits: Value = .null, at milliseconds: Int64? = nil
    ) throws -> (code: String, disposition: Disposition) {
        let mint = try #require(mint ?? world.hub.application.codes)
        let request = CodeRequest(
            principal: shop.principal, subject: World.payment(payment),
            rows: [[.key(shop.user), .key(world.ravi.user), .integer(amount), digits]],
            milliseconds: milliseconds ?? world.hub.clock)
        let issued = try mint.issue(request, payment &* 7_919)
        let disposition = try world.hub.push(operatorDevice.write(issued.changes))
        if disposition.isApplied { mint.kept(request) }
        return (issued.code, disposition)
    }

    // MARK: a worker's wrong codes

    private var notes: [String] { world.exceptions.filter { $0.hasPrefix("WRONG_CODES") } }

    private func attest(_ payment: UInt64, _ code: String) throws {
        try world.push(witness.attest(world.ravi, payment, code))
    }

    @Test("Six wrong codes of a worker in a row, over all payments, are for people, once")
    func sixInRow() throws {
        for number in 1...4 {
            try world.push(world.ravi.collect(UInt64(number), Int64(number) * 10_000))
        }
        for number in [1, 1, 2, 2, 3] { try attest(UInt64(number), "123456789") }
        #expect(notes == [])
        try attest(3, "123456789")
        #expect(notes == ["WRONG_CODES_IN_A_ROW 1"])
        #expect(world.severity(.wrongCodesInRow) == "SECURITY")
        try attest(4, "123456789")
        #expect(notes.count == 1)
        let key = ExceptionKind.wrongCodesInRow.key([world.ravi.user])
        #expect(world.hub.entry(ExceptionField.self, key)?.reference(.worker) == world.ravi.user)
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("A right code ends the run, and another worker's codes are another run")
    func rightCodeBetween() throws {
        var written: [Written] = []
        for number in 1...3 {
            written.append(world.ravi.collect(UInt64(number), Int64(number) * 10_000))
        }
        for payment in written { try world.push(payment) }
        for number in [1, 1, 2, 2] { try attest(UInt64(number), "123456789") }
        try attest(3, witness.code(written[2], 1))
        #expect(witness.attestation(3) == "VERIFIED")
        try attest(1, "123456780")
        try attest(2, "123456780")
        #expect(notes == [])
        try world.push(
            world.sita.collect(5, 10_500), witness.attest(world.sita, 5, "123456789"))
        #expect(notes == [])
    }

    @Test("Decided about once, the next six open it again")
    func again() throws {
        for number in 1...4 {
            try world.push(world.ravi.collect(UInt64(number), Int64(number) * 10_000))
        }
        for number in [1, 1, 1, 2, 2, 2] { try attest(UInt64(number), "123456789") }
        try world.push(world.clerk.decide(1, .resolve, on: 2))
        #expect(notes == ["WRONG_CODES_IN_A_ROW 1 RESOLVED"])
        // The tenth wrong one would lock the key; a new one takes its place.
        try witness.register(2)
        for number in [3, 3, 3, 4, 4] { try attest(UInt64(number), "123456789") }
        #expect(notes == ["WRONG_CODES_IN_A_ROW 1 RESOLVED"])
        try attest(4, "123456789")
        #expect(notes == ["WRONG_CODES_IN_A_ROW 1"])
        #expect(world.hub.entry(PaymentField.self, World.payment(4))?.text(.review) == "OPEN")
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("The third wrong try of a code that was asked for counts too; those in a pause do not")
    func onlineTries() throws {
        let shop = Device(40, user: World.shop, role: .retailer, tenant: World.tenant)
        for number in 1...2 { try world.push(world.ravi.collect(UInt64(number), 10_000)) }
        for number in 1...2 { _ = try ask(UInt64(number), 10_000, by: shop) }
        func attempt(_ payment: UInt64) throws {
            try world.push(witness.attest(world.ravi, payment, "999999", kind: .onlineCode))
        }
        for payment in [1, 1, 1, 1, 1, 2, 2] { try attempt(UInt64(payment)) }
        #expect(notes == [])
        try attempt(2)
        #expect(notes == ["WRONG_CODES_IN_A_ROW 1"])
    }

    // MARK: how many codes are given

    @Test("Twenty codes an hour for a shop over all its payments; the tenant decides otherwise")
    func perShop() throws {
        let shop = shop(1)
        for number in 1...20 {
            #expect(try ask(UInt64(number), 100, by: shop).disposition == .accepted)
        }
        #expect(try ask(21, 100, by: shop).disposition == .rejected)
        #expect(try ask(22, 100, by: self.shop(2)).disposition == .accepted)
        world.hub.clock += 3_600_000
        #expect(try ask(21, 100, by: shop).disposition == .accepted)
    }

    @Test("The tenant's own number of codes an hour")
    func policy() throws {
        try decide([.smsPerHour: 2])
        for number in 1...2 {
            #expect(try ask(UInt64(number), 100, by: shop(1)).disposition == .accepted)
        }
        #expect(try ask(3, 100, by: shop(1)).disposition == .rejected)
    }

    @Test("A device has so many too, whichever shop's it says it is")
    func perDevice() throws {
        try decide([.smsPerHour: 3])
        func shop(_ number: UInt64) -> Device {
            Device(
                77, user: RowKey(high: 0x5F, low: number), role: .retailer, tenant: World.tenant)
        }
        for number in 1...3 {
            #expect(try ask(UInt64(number), 100, by: shop(UInt64(number))).disposition == .accepted)
        }
        #expect(try ask(4, 100, by: shop(4)).disposition == .rejected)
    }

    @Test(
        "Codes are as long as the tenant decided; what makes no sense is six",
        arguments: [(Value.null, 6), (4, 4), (8, 8), (10, 10), (3, 6), (11, 6), (-1, 6)])
    func length(_ decided: Value, _ digits: Int) throws {
        let code = try ask(1, 100, by: shop(1), digits: decided).code
        #expect(code.utf8.count == digits)
        #expect(code.utf8.allSatisfy { (48...57).contains($0) })
    }

    // MARK: the hub's memory of what it gave

    @Test(
        "Who asks again within half a minute is answered without a commit; forgetting is harmless")
    func recent() throws {
        let shop = shop(1)
        let mint = try #require(world.hub.application.codes)
        _ = try ask(1, 100, by: shop, mint: mint)
        let commits = world.hub.number
        for later in [Int64(0), 29_999] {
            #expect(throws: Problem.self) {
                try ask(1, 100, by: shop, mint: mint, at: world.hub.clock + later)
            }
        }
        #expect(world.hub.number == commits)
        // A hub that was started anew has forgotten, and the kept challenge refuses.
        let restarted = try #require(Payments(confirmation: Witness.secret).codes)
        #expect(try ask(1, 100, by: shop, mint: restarted).disposition == .rejected)
        world.hub.clock += 60_000
        #expect(try ask(1, 100, by: shop, mint: mint).disposition == .accepted)
    }

    @Test("It holds 1,000 payments, and a clock that is set back refuses nothing for long")
    func bounded() throws {
        let recent = RecentCodes(capacity: 10)
        func request(_ payment: UInt64, _ now: Int64) -> CodeRequest {
            CodeRequest(
                principal: shop(1).principal, subject: World.payment(payment), rows: [],
                milliseconds: now)
        }
        for number in 1...25 { recent.note(request(UInt64(number), 1_000)) }
        #expect(recent.count == 10)
        #expect(throws: Problem.self) { try recent.check(request(25, 2_000)) }
        try recent.check(request(1, 2_000))
        try recent.check(request(25, 500))
        try recent.check(request(25, 31_000))
    }

    // An operator's memory of 1,000 was the only place of codes: 500 of these were gone, and all
    // after a restart.
    @Test(
        "Case 68: 1,500 live challenges, memory for 1,000, half tried after a restart: all verify")
    func manyAtOnce() throws {
        try decide([.otpExpirySeconds: 3_600])
        let numbers = Array(UInt64(1)...1_500)
        let shops = (0..<75).map { self.shop(UInt64($0)) }
        try world.push(
            world.office.write(
                shops.map {
                    RowChange.birth($0.user, [RetailerField.code: .text("S\($0.user.low)")])
                }))
        func amount(_ number: UInt64) -> Int64 { 1_000 + Int64(number) }
        func shop(of number: UInt64) -> Device { shops[Int(number) % shops.count] }
        for part in numbers.parts(of: 100) {
            try world.push(
                world.ravi.write(
                    part.map {
                        world.ravi.payment(
                            World.payment($0), from: shop(of: $0).user, amount($0))
                    }))
        }
        let mint = try #require(world.hub.application.codes)
        var codes: [UInt64: String] = [:]
        for number in numbers {
            let (code, disposition) = try ask(
                number, amount(number), by: shop(of: number), mint: mint)
            #expect(disposition == .accepted)
            codes[number] = code
        }
        func attempt(_ part: some Sequence<UInt64>) throws {
            let changes = part.map { number in
                witness.attest(
                    world.ravi, number, codes[number] ?? "", of: shop(of: number).user,
                    kind: .onlineCode
                ).changes
            }
            try world.push(world.ravi.write(changes.flatMap { $0 }))
        }
        for part in Array(numbers.prefix(750)).parts(of: 150) { try attempt(part) }
        world.hub.restart()
        for part in Array(numbers.suffix(750)).parts(of: 150) { try attempt(part) }
        let verified = numbers.filter { witness.attestation($0) == "VERIFIED" }
        #expect(verified.count == 1_500)
    }
}

extension Array {
    fileprivate func parts(of count: Int) -> [ArraySlice<Element>] {
        stride(from: 0, to: self.count, by: count).map {
            self[$0..<Swift.min($0 + count, self.count)]
        }
    }
}
