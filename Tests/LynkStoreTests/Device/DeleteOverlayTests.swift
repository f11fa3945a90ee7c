import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

@Suite("Deletes on a device, its own and the hub's")
struct DeleteOverlayTests {
    private let hub = PaperHub()

    /// A device with one confirmed shop.
    private func start(_ world: World) throws -> (TestDevice, RowKey) {
        let ann = try world.device("ann", district: 1)
        let key = RowKey(high: 1, low: 1)
        try ann.exchange(
            hub, hub.welcome(scopes: [PaperHub.scope]),
            pages: [hub.page(ShopApplication.shop, [ann.shop(key, "Care", number: 1)])]
        ) { _ in hub.checkpoint(1) }
        #expect(try ann.shops() == ["Care - 0 NEW - confirmed"])
        return (ann, key)
    }

    private func delete(_ ann: TestDevice) throws {
        try ann.replica.write { try $0.execute(sql: "DELETE FROM shop") }
    }

    private func isSound(_ ann: TestDevice) throws -> Bool {
        try ann.replica.verify().isEmpty
            && ann.replica.recomputeRoot() == ann.replica.status().root
    }

    @Test("A pending delete hides its row, also under a newer row of the hub, until it is settled")
    func pendingDelete() throws {
        let world = try World()
        let (ann, key) = try start(world)
        try delete(ann)
        #expect(try ann.shops() == [])
        #expect(try isSound(ann))
        try ann.exchange(
            hub, hub.welcome(),
            pages: [hub.page(ShopApplication.shop, [ann.shop(key, "Newer", number: 2)])]
        ) { _ in hub.checkpoint(2) }
        #expect(try ann.shops() == [])
        #expect(try isSound(ann))
        // The hub has the delete, and the row is gone there.
        try ann.exchange(
            hub, hub.welcome(), pages: [hub.page(ShopApplication.shop, [], removed: [key])],
            receiptsFrom: 3
        ) { hub.checkpoint(3, head: $0.hello.head) }
        #expect(try ann.shops() == [])
        #expect(try ann.rows("SELECT count(*) FROM lynk_shadow") == ["0"])
        #expect(try isSound(ann))
    }

    @Test("A delete that the hub lets an update win over gives the row back")
    func deleteLost() throws {
        let world = try World()
        let (ann, key) = try start(world)
        try delete(ann)
        try ann.exchange(
            hub, hub.welcome(),
            pages: [hub.page(ShopApplication.shop, [ann.shop(key, "Won", number: 2)])],
            receiptsFrom: 3
        ) { hub.checkpoint(3, head: $0.hello.head) }
        #expect(try ann.shops() == ["Won - 0 NEW - confirmed"])
        #expect(try isSound(ann))
    }

    @Test("A row that the hub removed stays visible under a pending update until that is settled")
    func removedUnderUpdate() throws {
        let world = try World()
        let (ann, key) = try start(world)
        try ann.update(key, "phone = '1'")
        let removal = hub.page(ShopApplication.shop, [], removed: [key])
        try ann.exchange(hub, hub.welcome(), pages: [removal]) { _ in hub.checkpoint(2) }
        #expect(try ann.shops() == ["Care 1 0 NEW - pending"])
        #expect(try isSound(ann))
        #expect(try ann.replica.status().rows == 0)
        // It stays so over further checkpoints and a restart.
        try ann.exchange(hub, hub.welcome()) { _ in hub.checkpoint(3) }
        #expect(try ann.shops() == ["Care 1 0 NEW - pending"])
        try ann.exchange(hub, hub.welcome(), receiptsFrom: 4) {
            hub.checkpoint(4, head: $0.hello.head)
        }
        #expect(try ann.shops() == [])
        #expect(try ann.rows("SELECT count(*) FROM lynk_shadow") == ["0"])
        #expect(try isSound(ann))
    }

    @Test("Writing a deleted key again is a birth, and deleting what was never sent leaves nothing")
    func again() throws {
        let world = try World()
        let (ann, key) = try start(world)
        try delete(ann)
        try ann.replica.write {
            try $0.execute(
                sql: "INSERT INTO shop (id, district, name) VALUES (?, '1', 'Again')",
                arguments: [Data(key.bytes)])
        }
        #expect(try ann.shops() == ["Again - 0 NEW - pending"])
        try ann.addShop("Short")
        try ann.replica.write { try $0.execute(sql: "DELETE FROM shop WHERE name = 'Short'") }
        let kinds = try ann.replica.offer().changeSets.map {
            try ChangeSetCodec.open($0.bytes).content.changes.map(\.kind)
        }
        #expect(kinds == [[.delete], [.insert], [.insert], [.delete]])
        try ann.exchange(hub, hub.welcome()) { _ in hub.checkpoint(2) }
        #expect(try ann.shops() == ["Again - 0 NEW - pending"])
        #expect(try isSound(ann))
    }
}
