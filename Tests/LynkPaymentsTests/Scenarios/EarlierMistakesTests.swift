import LynkCore
import Testing

@testable import LynkPayments

/// What earlier systems of this kind did wrong, each by its name; `Tests/Scenarios.md` says where
/// those are shown that need a server or a device's file.
@Suite("Mistakes of earlier systems")
struct EarlierMistakesTests {
    private static let schema = Payments(confirmation: Witness.secret).schema

    @Test("Money as floating point: no column of the books can hold a fraction")
    func floatingPoint() {
        let fields = Self.schema.tables.flatMap(\.fields)
        #expect(fields.filter { $0.type == .real }.isEmpty)
        let amounts = fields.filter { $0.name.contains("amount") || $0.name.contains("total") }
        #expect(amounts.count > 10)
        #expect(amounts.allSatisfy { [.money, .integer].contains($0.type) })
    }

    @Test("Totals by read, modify, write: no device can write a total, and none is lost")
    func lostUpdate() throws {
        for field in [RetailerField.outstanding, .totalPaid, .paymentsCount, .heldAmount] {
            #expect(field.schema.authority == .hub)
        }
        let world = try World()
        // Each of them has read the same total before.
        let all = (1...3).map {
            [world.ravi, world.sita, world.meera][$0 - 1].collect(UInt64($0), 70_000)
        }
        for written in all.reversed() { try world.push(written) }
        let shop = try #require(world.hub.entry(RetailerField.self, World.shop))
        #expect(shop.money(.totalPaid) == 210_000)
        #expect(shop.money(.paymentsCount) == 3)
    }

    @Test("The newest payment wins, or the larger debt: facts do not replace each other")
    func newestWins() throws {
        let world = try World()
        let (early, late) = (world.ravi.collect(1, 300_000), world.sita.collect(2, 100_000))
        try world.push(late, early)
        #expect(world.money == "out 1200000 un 0 held 0 reversed 0")
        // A device that says that the shop owes more, or less, is not heard.
        let claim = world.clerk.change(World.shop, [RetailerField.outstanding: 9_900_000])
        #expect(RetailerField.outstanding.schema.authority == .hub)
        #expect(claim.changes[0].value(RetailerField.outstanding) == 9_900_000)
        #expect(try world.row(.outstanding) == 1_200_000)
    }

    @Test("A total that counts what was cancelled or reversed")
    func cancelledCounts() throws {
        let world = try World()
        try world.push(
            world.ravi.collect(1, 300_000),
            world.sita.pay(World.payment(2), from: World.shop, 50_000, lifecycle: .initiated),
            world.clerk.step(World.payment(2), to: .cancelled),
            world.meera.collect(3, 20_000), world.clerk.decide(1, .reverse, on: 3))
        #expect(try world.row(.totalPaid) == 300_000)
        #expect(try world.row(.paymentsCount) == 1)
        #expect(world.hub.brokenInvariants == [])
    }

    @Test("A code that the worker's own device makes and checks: it has nothing to make one with")
    func selfConfirmation() throws {
        let names = RetailerKeyField.fields.map(\.name)
        #expect(names.allSatisfy { !$0.contains("secret") && !$0.contains("private") })
        let world = try World()
        let tap = world.ravi.state(
            RowKey(high: 0xA7, low: 1),
            [
                AttestationField.payment: .key(World.payment(1)),
                .retailer: .key(World.shop), .worker: .key(world.ravi.user),
                .kind: .text(AttestationKind.tap.rawValue),
                .uploadedBy: .text(AttestationSource.worker.rawValue),
            ])
        try world.push(world.ravi.collect(1, 100_000))
        #expect(try world.hub.push(tap) == .quarantined)
        #expect(
            world.hub.entry(PaymentField.self, World.payment(1))?.text(.attestation) != "VERIFIED")
    }

    @Test("Names copied without a version: a payment keeps the name of then, the shop has its own")
    func copiedNames() throws {
        let world = try World()
        try world.push(
            world.ravi.collect(1, 100_000, .cash, [.retailerName: "Care Chemists"]),
            world.office.change(World.shop, [RetailerField.name: "Care and Sons"]))
        let payment = try #require(world.hub.entry(PaymentField.self, World.payment(1)))
        #expect(payment.text(.retailerName) == "Care Chemists")
        #expect(PaymentField.retailerName.schema.policy == .immutable)
        #expect(world.hub.entry(RetailerField.self, World.shop)?.text(.name) == "Care and Sons")
    }
}

extension World {
    fileprivate func row(_ field: RetailerField) throws -> Int64 {
        try #require(hub.entry(RetailerField.self, Self.shop)).money(field)
    }
}
