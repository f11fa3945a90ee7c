import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import TestSupport
import Testing

@testable import LynkStore

@Suite("Snapshots, from a hub's rows to a device's")
struct SnapshotTests {
    private static func world(_ kind: HubKind = .sqlite) throws -> SnapshotWorld {
        let world = try SnapshotWorld(kind)
        try world.area.assign("a", true)
        try world.area.assign("b", true)
        try world.notes(1..<250, ["a"])
        try world.notes(250..<300, ["a", "b"])
        try world.notes(300..<500, ["b"])
        try world.notes(500..<510, ["secret"])
        return world
    }

    @Test(
        "A first sync by snapshots gives what a pull gives, whatever happens meanwhile",
        arguments: HubKind.allCases)
    func sameState(_ kind: HubKind) throws {
        let world = try Self.world(kind)
        let replica = try world.replica()
        guard case .offered(let offers)? = try world.exchange(replica) else {
            Issue.record("nothing was offered")
            return
        }
        #expect(
            offers == [
                SnapshotOffer(scope: "area/a", rows: 299),
                SnapshotOffer(scope: "area/b", rows: 250),
            ])
        // After each manifest: rows of one scope, of the other, and of both change and go.
        var number: UInt64 = 600
        try world.fetch(replica) {
            for row: UInt64 in [1, 260, 270, 310] {
                try world.update(row + number % 7, "changed \(number)")
            }
            try world.delete(number % 2 == 0 ? 20 : 330)
            try world.delete(number % 2 == 0 ? 280 : 281)
            try world.notes(number..<number + 3, ["b", "a"])
            number += 101
        }
        try world.update(290, "before the tail")
        try world.delete(291)
        guard case .applied(let report)? = try world.exchange(replica) else {
            Issue.record("nothing was applied")
            return
        }
        #expect(report.digestMatches)
        try world.expectSameAsPlain(replica)
        try world.update(2, "afterwards")
        guard case .applied(let later)? = try world.exchange(replica) else { return }
        #expect(later.digestMatches)
        #expect(later.rowsApplied == 1)
    }

    @Test("What changes while it is made is in it", arguments: HubKind.allCases)
    func madeMeanwhile(_ kind: HubKind) throws {
        let world = try Self.world(kind)
        try world.notes(1_000..<2_200, ["a"])
        var count: UInt64 = 0
        let manifest = try world.snapshot(of: "area/a") {
            count += 1
            try world.delete(count)
            try world.update(100 + count, "changed")
            try world.notes(5_000 + count..<5_001 + count, ["a"], bytes: 10)
        }
        #expect(count > 1)
        #expect(manifest.position == (try world.area.hub.read { try $0.head() }))
        #expect(manifest.rowCount == 1_499)
        // Nothing but the snapshot: applied in order it leads to the digests that it names.
        let replica = try world.replica()
        _ = try world.exchange(replica)
        #expect(try replica.begin(snapshot: manifest))
        for _ in manifest.segments {
            let segment = try #require(try replica.snapshotTask()?.segment)
            try replica.keep(segmentBytes: try #require(world.segments[segment.name]))
            try replica.takeSegment()
        }
        let kept = try replica.read { database in
            try Row.fetchAll(
                database,
                sql: """
                    SELECT table_id, rows, sum FROM lynk_digest
                    JOIN lynk_scope ON handle = scope WHERE name = 'area/a'
                    """
            ).compactMap { row -> SnapshotTable? in
                let (sum, table, rows): (Data, Int64, Int64) = (row["sum"], row[0], row["rows"])
                return SetDigest(count: rows, sum: sum).map {
                    SnapshotTable(table: TableID(table), count: $0.count, root: $0.root)
                }
            }
        }
        #expect(kept == manifest.tables)
        try world.fetch(replica)
        guard case .applied(let report)? = try world.exchange(replica) else { return }
        #expect(report.digestMatches)
        try world.expectSameAsPlain(replica)
    }

    @Test(
        "A row that goes while a first sync is on its way is gone at its end",
        arguments: HubKind.allCases)
    func goneMeanwhile(_ kind: HubKind) throws {
        let world = try Self.world(kind)
        let replica = try world.replica()
        var scan = try world.store.openPull(
            for: world.area.principal, hello: try replica.offer().hello, answer: nil,
            nowMilliseconds: world.area.time.now)
        try replica.begin(scan.welcome)
        var pages = 0
        while true {
            switch try world.store.next(&scan) {
            case .page(let page):
                try replica.stage(page: page)
                if pages == 0 { try world.delete(1) }
                pages += 1
            case .conflicts(let conflicts): try replica.record(conflicts: conflicts)
            case .checkpoint(let checkpoint):
                #expect(pages > 2)
                #expect(try replica.apply(checkpoint).digestMatches)
                return try world.expectSameAsPlain(replica)
            }
        }
    }

    @Test("A scope's snapshot names no other scope", arguments: HubKind.allCases)
    func confined(_ kind: HubKind) throws {
        let world = try Self.world(kind)
        let manifest = try world.snapshot(of: "area/a")
        var pages = 0
        for segment in manifest.segments {
            let bytes = try #require(world.segments[segment.name])
            for case .page(let page) in try SegmentCodec.open(bytes, as: segment) {
                pages += 1
                let scopes = try page.withUnsafeBytes { try PageReader($0).scopes }
                #expect(scopes == ["area/a"])
                #expect(Data(page).range(of: Data("area/b".utf8)) == nil)
                #expect(Data(page).range(of: Data("secret".utf8)) == nil)
            }
        }
        #expect(pages > 1)
        #expect(manifest.rowCount == 299)
    }

    @Test("Only who may see a scope is told about it", arguments: HubKind.allCases)
    func standing(_ kind: HubKind) throws {
        let world = try Self.world(kind)
        let source = try #require(world.store as? any SnapshotSource)
        func standing(_ scope: Scope, _ held: HeldSnapshot? = nil) throws -> SnapshotStanding? {
            try source.standing(
                of: scope, for: world.area.principal, held: held,
                nowMilliseconds: world.area.time.now)
        }
        let held = try world.snapshot(of: "area/a").held
        #expect(try standing("area/a") == .stale)
        #expect(try standing("area/a", held) == .good)
        #expect(try standing("area/secret") == nil)
        #expect(try standing("nowhere") == nil)
        let foreign = HeldSnapshot(
            scope: "area/a", position: held.position, chain: held.chain.map { ~$0 })
        #expect(try standing("area/a", foreign) == .stale)
        try world.notes(10_000..<15_000, ["a"], bytes: 1)
        #expect(try standing("area/a", held) == .stale)
        try world.area.assign("a", false)
        #expect(try standing("area/a") == nil)
    }

    @Test("A scope that is entered later appears whole with its checkpoint, under pending work")
    func entered() throws {
        let world = try Self.world()
        try world.area.assign("b", false)
        let replica = try world.plain()
        try world.area.assign("b", true)
        // A row of both scopes has an own change on top, one goes meanwhile.
        try replica.write {
            try $0.execute(
                sql: "UPDATE note SET body = 'mine' WHERE id = ?",
                arguments: [Data(AreaWorld.key(250).bytes)])
        }
        guard case .offered(let offers)? = try world.exchange(replica) else {
            Issue.record("nothing was offered")
            return
        }
        #expect(offers.map(\.scope) == ["area/b"])
        try replica.write {
            try $0.execute(
                sql: "UPDATE note SET body = 'again' WHERE id = ?",
                arguments: [Data(AreaWorld.key(251).bytes)])
        }
        try world.fetch(replica) {
            try world.delete(252)
            try world.update(253, "theirs")
            try world.delete(400)
        }
        let seen = try replica.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM note") }
        #expect(seen == 299)
        guard case .applied(let report)? = try world.exchange(replica) else {
            Issue.record("nothing was applied")
            return
        }
        #expect(report.digestMatches)
        let bodies = try replica.read { database in
            try [250, 251, 253].map { (number: UInt64) in
                try String.fetchOne(
                    database, sql: "SELECT body FROM note WHERE id = ?",
                    arguments: [Data(AreaWorld.key(number).bytes)])
            }
        }
        #expect(bodies == ["mine", "again", "theirs"])
        // Its own push of a moment ago comes with the next checkpoint.
        _ = try world.exchange(replica)
        try world.expectSameAsPlain(replica)
    }

    @Test("A kill between any two steps loses nothing that was kept")
    func killed() throws {
        let world = try Self.world()
        var replica = try world.replica("killed")
        _ = try world.exchange(replica)
        var steps = 0
        func reopen() throws {
            try replica.close()
            replica = try world.replica("killed")
            steps += 1
        }
        var asked: [ContentID] = []
        while let task = try replica.snapshotTask() {
            guard let segment = task.segment else {
                #expect(try replica.begin(snapshot: world.snapshot(of: task.scope)))
                try reopen()
                continue
            }
            let bytes = try #require(world.segments[segment.name])
            let half = bytes.count / 2
            if task.byteCount == 0 {
                asked.append(segment.name)
                try replica.keep(segmentBytes: Array(bytes[..<half]))
                try reopen()
                // As each attempt begins: by an exchange that offers the same again.
                guard case .offered? = try world.exchange(replica) else {
                    Issue.record("nothing was offered")
                    return
                }
                continue
            }
            #expect(task.byteCount == half)
            try replica.keep(segmentBytes: Array(bytes[half...]))
            try reopen()
            _ = try world.exchange(replica)
            #expect(try replica.snapshotTask()?.byteCount == bytes.count)
            try replica.takeSegment()
            try reopen()
        }
        #expect(Set(asked).count == asked.count)
        #expect(steps > 10)
        // The pull that follows is broken off as well, and goes on.
        try world.notes(2_000..<2_400, ["a"])
        #expect(try world.exchange(replica, pages: 2) == nil)
        try reopen()
        guard case .applied(let report)? = try world.exchange(replica) else {
            Issue.record("nothing was applied")
            return
        }
        #expect(report.digestMatches)
        try world.expectSameAsPlain(replica)
    }

    @Test("Bytes with another hash are never used")
    func damaged() throws {
        let world = try Self.world()
        let replica = try world.replica()
        _ = try world.exchange(replica)
        let manifest = try world.snapshot(of: "area/a")
        #expect(try replica.begin(snapshot: manifest))
        let segment = try #require(manifest.segments.first)
        let good = try #require(world.segments[segment.name])
        var flipped = good
        flipped[good.count / 2] ^= 1
        for bytes in [flipped, Array(good.dropLast()), good + [0], []] {
            if !bytes.isEmpty { try replica.keep(segmentBytes: bytes) }
            let problem = #expect(throws: Problem.self) { try replica.takeSegment() }
            #expect(problem?.code == .responseInvalid)
            #expect(try replica.snapshotTask()?.byteCount == 0)
            #expect(try replica.snapshotTask()?.taken == 0)
        }
        let rows = try replica.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM note") }
        #expect(rows == 0)
        try world.fetch(replica)
        guard case .applied(let report)? = try world.exchange(replica) else { return }
        #expect(report.digestMatches)
    }

    @Test("Another manifest goes on only when it begins alike")
    func renewed() throws {
        let world = try Self.world()
        let replica = try world.replica()
        _ = try world.exchange(replica)
        let first = try world.snapshot(of: "area/a")
        try #require(first.segments.count > 2)
        #expect(try replica.begin(snapshot: first))
        try world.fetch(replica, segments: 1)
        // What is new comes at the end: the first segments stay as they were.
        try world.notes(700..<800, ["a"])
        let longer = try world.snapshot(of: "area/a")
        #expect(longer.segments.first == first.segments.first)
        #expect(try replica.begin(snapshot: longer))
        #expect(try replica.snapshotTask()?.taken == 1)
        try world.delete(1)
        let other = try world.snapshot(of: "area/a")
        #expect(try !replica.begin(snapshot: other))
        try replica.dropSnapshots()
        #expect(try replica.snapshotTask() == nil)
        let rows = try replica.read { try Int.fetchOne($0, sql: "SELECT count(*) FROM note") }
        #expect(rows == 0)
        guard case .applied(let report)? = try world.exchange(replica, snapshotRows: 0) else {
            return
        }
        #expect(report.digestMatches)
        try world.expectSameAsPlain(replica)
    }

    /// What can happen between the snapshots and the pull that goes on from them.
    enum Refusal: CaseIterable { case floor, left, another }

    @Test(
        "Where a hub cannot go on from them, all of it is dropped and pulled",
        arguments: Refusal.allCases)
    func refused(_ refusal: Refusal) throws {
        let world = try Self.world()
        let replica = try world.replica()
        _ = try world.exchange(replica)
        try world.fetch(replica)
        #expect(try replica.offer().hello.snapshots.count == 2)
        try world.delete(3)
        switch refusal {
        case .floor:
            // The removed key is forgotten: a tail from before it would not name it.
            try world.store.markDurable(world.area.hub.read { try $0.vector() })
            world.area.time.advance(100 * 24 * 3_600_000)
            try world.notes(900..<901, ["a"])
            #expect(try world.store.advanceFloor(nowMilliseconds: world.area.time.now) > 0)
        case .left: try world.area.assign("b", false)
        case .another: try world.area.assign("b", true)
        }
        guard case .applied(let report)? = try world.exchange(replica) else {
            Issue.record("nothing was applied")
            return
        }
        #expect(report.digestMatches)
        try world.expectSameAsPlain(replica)
        let held = try replica.read {
            try Int.fetchOne($0, sql: "SELECT count(*) FROM note WHERE other_area = 'b'")
        }
        #expect(held == 50)
    }

    @Test("An offer is made only to who asks, and for what it lacks", arguments: HubKind.allCases)
    func offers(_ kind: HubKind) throws {
        let world = try Self.world(kind)
        func offered(_ rows: Int64, _ replica: Replica) throws -> [Scope] {
            guard case .offered(let offers)? = try world.exchange(replica, snapshotRows: rows)
            else { return [] }
            return offers.map(\.scope)
        }
        #expect(try offered(251, try world.replica()) == ["area/a"])
        #expect(try offered(300, try world.replica()) == [])
        #expect(try offered(0, try world.replica()) == [])
        let whole = try world.plain()
        #expect(try offered(1, whole) == [])
        try world.area.assign("secret", true)
        #expect(try offered(1, whole) == ["area/secret"])
    }
}
