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
