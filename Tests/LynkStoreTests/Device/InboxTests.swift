import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

@Suite("Pages that wait for their checkpoint")
struct InboxTests {
    /// The frames of a pull with three pages for a device that has synced before.
    private func pull(_ world: World) throws -> (TestDevice, [ResponseFrame]) {
        let ann = try world.device("ann", district: 1)
        try ann.addShop("First")
        try ann.sync()
        let bob = try world.device("bob", district: 1)
        try bob.sync()
        try ann.replica.write { database in
            for number in 0..<9_000 {
                try database.execute(
                    sql: "INSERT INTO shop (id, district, name) VALUES (?, '1', ?)",
                    arguments: [Data(ann.replica.mintKey().bytes), "Shop \(number)"])
            }
        }
        try ann.sync()
        let offer = try bob.replica.offer()
        return (bob, try bob.serve(.init(hello: offer.hello, changeSets: [], signature: [])))
    }

    private func pages(_ frames: [ResponseFrame]) -> [[UInt8]] {
        frames.compactMap { if case .page(let page) = $0 { page } else { nil } }
    }

    private func begin(_ bob: TestDevice, _ frames: [ResponseFrame]) throws {
        for case .welcome(let welcome) in frames { try bob.replica.begin(welcome) }
    }

    @Test("One page stays in memory; from the second on each is in the file")
    func staged() throws {
        let world = try World()
        let (bob, frames) = try pull(world)
        let pages = pages(frames)
        try #require(pages.count >= 3)
        try begin(bob, frames)
        for (count, page) in pages.prefix(3).enumerated() {
            try bob.replica.stage(page: page)
            let staged = count == 0 ? "0" : String(count + 1)
            #expect(try bob.rows("SELECT pages_staged FROM sync_status") == [staged])
        }
        #expect(try bob.rows("SELECT count(*) FROM shop") == ["1"])
    }

    @Test("A page that does not decode is refused; what was staged before stays")
    func undecodable() throws {
        let world = try World()
        let (bob, frames) = try pull(world)
        let pages = pages(frames)
        try begin(bob, frames)
        for page in pages.prefix(2) { try bob.replica.stage(page: page) }
        let error = #expect(throws: Problem.self) {
            try bob.replica.stage(page: Array(pages[0].dropLast(9)))
        }
        #expect(error?.code == .responseInvalid)
        #expect(try bob.rows("SELECT pages_staged FROM sync_status") == ["2"])
        #expect(try bob.sync()?.digestMatches == true)
        #expect(try bob.rows("SELECT count(*) FROM shop") == ["9001"])
    }

    @Test("A local write between staged pages is synced to disk by itself")
    func durableBetween() throws {
        let world = try World()
        let (bob, frames) = try pull(world)
        try begin(bob, frames)
        for page in pages(frames).prefix(2) { try bob.replica.stage(page: page) }
        try bob.addShop("Own")
        let mode = try bob.replica.pool.writeWithoutTransaction {
            try Int.fetchOne($0, sql: "PRAGMA synchronous")
        }
        #expect(mode == 2)
        for page in pages(frames).dropFirst(2) { try bob.replica.stage(page: page) }
        for case .checkpoint(let checkpoint) in frames {
            #expect(try bob.replica.apply(checkpoint).digestMatches)
        }
        #expect(try bob.rows("SELECT count(*) FROM shop") == ["9002"])
    }
}

@Suite("Pulls that broke off and go on")
struct ResumeTests {
    private let hub = PaperHub()

    private func line(_ ann: TestDevice, _ number: UInt64) -> PaperHub.Line {
        ann.shop(RowKey(high: 1, low: number), "Shop \(number)", number: number)
    }

    private func page(_ ann: TestDevice, _ number: UInt64) -> [UInt8] {
        hub.page(ShopApplication.shop, [line(ann, number)], mark: [UInt8(number)])
    }

    private func reopened(_ ann: TestDevice) throws -> TestDevice {
        try ann.replica.close()
        let replica = try Replica(
            path: ann.world.directory + "/ann.sqlite", schema: ShopApplication().schema,
            clock: ann.world.time)
        return TestDevice(world: ann.world, principal: ann.principal, replica: replica)
    }

    @Test(
        "The next hello names the last staged page, also after a restart", arguments: [true, false])
    func resumed(_ isFirstSync: Bool) throws {
        let world = try World()
        var ann = try world.device("ann", district: 1)
        if !isFirstSync {
            try ann.exchange(
                hub, hub.welcome(scopes: [PaperHub.scope]), pages: [page(ann, 1)]
            ) { _ in hub.checkpoint(1) }
        }
        #expect(try ann.replica.offer().hello.resume == [])
        try ann.replica.begin(hub.welcome(scopes: [PaperHub.scope]))
        for number in 2...4 { try ann.replica.stage(page: page(ann, UInt64(number))) }
        ann = try reopened(ann)
        #expect(try ann.replica.offer().hello.resume == [4])
        try ann.exchange(
            hub, hub.welcome(scopes: [PaperHub.scope], resumed: true), pages: [page(ann, 5)]
        ) { _ in hub.checkpoint(5) }
        #expect(try ann.replica.offer().hello.resume == [])
        let count = isFirstSync ? 4 : 5
        #expect(try ann.rows("SELECT count(*) FROM shop") == ["\(count)"])
        #expect(try ann.replica.status().rows == Int64(count))
        #expect(try ann.replica.verify().isEmpty)
    }

    @Test("A hub that cannot go on there starts the pull again, and what was staged goes")
    func notResumed() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        try ann.exchange(
            hub, hub.welcome(scopes: [PaperHub.scope]), pages: [page(ann, 1)]
        ) { _ in hub.checkpoint(1) }
        try ann.replica.begin(hub.welcome())
        for number in 2...4 { try ann.replica.stage(page: page(ann, UInt64(number))) }
        try ann.exchange(hub, hub.welcome(), pages: [page(ann, 5)]) { _ in hub.checkpoint(5) }
        #expect(try ann.rows("SELECT name FROM shop ORDER BY id") == ["Shop 1", "Shop 5"])
    }

    @Test("A page that fails only when it is applied goes, with those after it; the others stay")
    func damagedLater() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        try ann.exchange(
            hub, hub.welcome(scopes: [PaperHub.scope]), pages: [page(ann, 1)]
        ) { _ in hub.checkpoint(1) }
        try ann.replica.begin(hub.welcome())
        for number in 2...4 { try ann.replica.stage(page: page(ann, UInt64(number))) }
        // The second staged page is damaged on disk.
        try ann.replica.pool.write {
            try $0.execute(
                sql: """
                    UPDATE lynk_inbox SET page = substr(page, 1, length(page) - 9)
                    WHERE id = (SELECT min(id) + 1 FROM lynk_inbox)
                    """)
        }
        #expect(throws: Problem.self) { try ann.replica.apply(hub.checkpoint(4)) }
        #expect(try ann.replica.offer().hello.resume == [2])
        #expect(try ann.rows("SELECT pages_staged FROM sync_status") == ["1"])
        #expect(try ann.rows("SELECT count(*) FROM shop") == ["1"])
    }
}
