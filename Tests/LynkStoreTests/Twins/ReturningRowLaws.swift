import LynkCore
import Testing

@testable import LynkStore

@Suite("Laws of a replica: rows that the hub removes and has again")
struct ReturningRowLaws {
    /// The last image of the removed row stood in the way of the new one's, so that the row went
    /// with the pending work on it.
    @Test(
        "A row that comes back under pending work stays when that is done",
        arguments: StorePair.all)
    func pendingMeanwhile(_ pair: StorePair) throws {
        let world = try TwinWorld(on: pair)
        let (ann, bob) = (try world.device(), try world.device())
        let shop = try ann.addShop("Care")
        #expect(try ann.settle())
        #expect(try bob.settle())
        try world.office([RowChange(table: 1, key: shop, kind: .delete, puts: [])])
        try bob.sync(meanwhile: { try bob.fixture.write([.add(1, shop, 4, 3)]) })
        #expect(try bob.shops() == ["Care - 3 NEW - *"])
        try ann.fixture.write([.update(1, shop, [.init(3, "5550100")])])
        #expect(try ann.settle())
        try bob.sync(meanwhile: { try bob.fixture.write([.add(1, shop, 4, 4)]) })
        for device in [bob, ann] {
            #expect(try device.settle())
            #expect(try device.shops() == ["Care 5550100 7 NEW -"])
        }
    }
}
