import LynkCore
import Testing

@testable import LynkStore

@Suite("What own writes do to a row")
struct OwnChangesTests {
    @Test("In the order of the writes, with what was known and what the hub answered")
    func states() throws {
        let world = try World()
        let device = try world.device("one", district: 1)
        let (shop, other) = (try device.addShop("A"), try device.addShop("B"))
        func own(_ key: RowKey) throws -> [OwnChange] {
            try device.replica.ownChanges(of: 1, key)
        }
        let written = try own(shop)
        #expect(written.map(\.sequence) == [1])
        #expect(written.first?.change.put(2) == "A")
        #expect(written.first?.disposition == nil)
        #expect(written.first?.isOnTop == true)
        #expect(written.first?.context.isZero == true)

        try device.sync()
        try device.update(shop, "phone = '1'")
        try device.update(shop, "name = 'FORBIDDEN'")
        let later = try own(shop)
        #expect(later.map(\.sequence) == [1, 3, 4])
        #expect(later.map(\.isOnTop) == [false, true, true])
        #expect(later.first?.disposition == .accepted)
        // Written after the first checkpoint: it is what the author had seen.
        #expect(try later.last?.context == device.replica.status().vector)

        try device.sync()
        let answered = try own(shop)
        #expect(answered.map { $0.problem == nil } == [true, true, false])
        #expect(answered.last?.disposition == .rejected)
        #expect(!answered.contains { $0.isOnTop })
        #expect(try own(other).map(\.sequence) == [2])
        #expect(try device.replica.ownChanges(of: 2, shop).isEmpty)
        #expect(try own(RowKey(high: 7, low: 7)).isEmpty)
    }
}
