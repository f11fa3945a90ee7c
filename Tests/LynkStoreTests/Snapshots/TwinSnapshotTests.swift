import GRDB
import LynkCore
import LynkEngine
import Synchronization
import TestSupport
import Testing

@testable import LynkStore

@Suite("Snapshots at the replica in memory: the rows of the replica on SQLite")
struct TwinSnapshotTests {
    private static func world(_ kind: HubKind = .memory) throws -> SnapshotWorld {
        let world = try SnapshotWorld(kind)
        try world.area.assign("a", true)
        try world.area.assign("b", true)
        try world.notes(1..<150, ["a"])
        try world.notes(150..<200, ["a", "b"])
        try world.notes(200..<320, ["b"])
        try world.notes(500..<510, ["secret"])
        return world
    }

    private func twin(_ world: SnapshotWorld) throws -> InMemoryReplica {
        let replica = try InMemoryReplica(
            schema: AreaApplication().schema, clock: world.area.time,
            random: SeededGenerator(seed: 77))
        try replica.adopt(
            Enrolment(
                server: "https://localhost", principal: world.area.principal, key: world.area.key))
        return replica
    }

    /// The rows under full names, and where the replica stands.
    private func state(_ replica: InMemoryReplica) -> [String] {
        let images = replica.memory.withLock { memory in
            let confirmed = memory.confirmed
            return AreaApplication().schema.tables.flatMap { table in
                (confirmed.rows[table.id] ?? [:]).values.sorted { $0.key < $1.key }.map {
                    "\($0.record.generation) "
                        + ConfirmedImage(
                            $0, era: { confirmed.eras[$0] }, lane: { confirmed.lanes[$0] },
                            scope: { confirmed.scopes[$0] }
                        ).meaning
                }
            }
        }
        let status = replica.status()
        return images + ["\(status.position) \(status.rows) \(status.root)"]
    }

    private func state(_ replica: Replica) throws -> [String] {
        let images = try replica.read { database in
            let names = try ReplicaNames(database)
            let nowhere = LaneID(high: 0, low: 0)
            var lines: [String] = []
            for table in AreaApplication().schema.tables {
                let select = try HotStatement(
                    database, TableSQL(table).selectAll + " ORDER BY id")
                defer { select.reset() }
                while try select.step() {
                    guard let row = try select.stampedRow(table) else { continue }
                    let image = try ConfirmedImage(
                        row, era: { try names.era($0) }, lane: { _ in nowhere },
                        scope: { try names.scope($0) })
                    lines.append("\(row.record.generation) \(image.meaning)")
                }
            }
            return lines
        }
        let status = try replica.status()
        return images + ["\(status.position) \(status.rows) \(status.root)"]
    }

    private func expectLikeOnFile(_ twin: InMemoryReplica, _ world: SnapshotWorld) throws {
        let isSame = try state(twin) == state(world.plain())
        #expect(isSame)
        #expect(twin.recomputeRoot() == twin.status().root)
        #expect(try twin.snapshotTask() == nil)
    }

    private func finish(_ twin: InMemoryReplica, _ world: SnapshotWorld) throws {
        guard case .applied(let report)? = try world.exchange(twin) else {
            Issue.record("nothing was applied")
            return
        }
        #expect(report.digestMatches)
        try expectLikeOnFile(twin, world)
    }

    @Test("A first sync while rows change and go", arguments: HubKind.allCases)
    func firstSync(_ kind: HubKind) throws {
        let world = try Self.world(kind)
        let twin = try twin(world)
        guard case .offered(let offers)? = try world.exchange(twin) else {
            Issue.record("nothing was offered")
            return
        }
        #expect(offers.map(\.rows) == [199, 170])
        var number: UInt64 = 600
        try world.fetch(twin) {
            for row: UInt64 in [1, 160, 170, 210] {
                try world.update(row + number % 7, "changed \(number)")
            }
            try world.delete(number % 2 == 0 ? 20 : 230)
            try world.delete(number % 2 == 0 ? 180 : 181)
            try world.notes(number..<number + 3, ["b", "a"])
            number += 101
        }
        try world.delete(191)
        try finish(twin, world)
    }

    @Test("A scope that is entered later appears whole with its checkpoint, under pending work")
    func entered() throws {
        let world = try Self.world()
        try world.area.assign("b", false)
        let twin = try twin(world)
        guard case .applied? = try world.exchange(twin, snapshotRows: 0) else {
            Issue.record("nothing was applied")
            return
        }
        try world.area.assign("b", true)
        try twin.write([.update(2, AreaWorld.key(150), [.init(3, "mine")])])
        guard case .offered(let offers)? = try world.exchange(twin) else {
            Issue.record("nothing was offered")
            return
        }
        #expect(offers.map(\.scope) == ["area/b"])
        try twin.write([.update(2, AreaWorld.key(151), [.init(3, "again")])])
        try world.fetch(twin) {
            try world.delete(152)
            try world.delete(300)
        }
        #expect(twin.rows(2).count == 199)
        guard case .applied(let report)? = try world.exchange(twin) else {
            Issue.record("nothing was applied")
            return
        }
        #expect(report.digestMatches)
        #expect(twin.row(2, AreaWorld.key(151))?.values[2] == "again")
        // Its own push of a moment ago comes with the next checkpoint.
        try finish(twin, world)
    }

    @Test("A crash between any two steps loses nothing, and another manifest may go on")
    func crashes() throws {
        let world = try Self.world()
        var twin = try twin(world)
        _ = try world.exchange(twin)
        func crash() throws {
            let snapshot = twin.snapshot()
            twin = try self.twin(world)
            try twin.restore(snapshot)
        }
        var number: UInt64 = 900
        while let task = try twin.snapshotTask() {
            guard let segment = task.segment else {
                #expect(try twin.begin(snapshot: world.snapshot(of: task.scope)))
                try crash()
                continue
            }
            let bytes = try #require(world.segments[segment.name])
            try twin.keep(segmentBytes: Array(bytes[..<(bytes.count / 2)]))
            try crash()
            // As each attempt begins: by an exchange that offers the same again.
            guard case .offered? = try world.exchange(twin) else {
                Issue.record("nothing was offered")
                return
            }
            // What is new comes at the end: what was taken in stays.
            try world.notes(number..<number + 1, ["a"])
            number += 1
            #expect(try twin.begin(snapshot: world.snapshot(of: task.scope)))
            let kept = try #require(try twin.snapshotTask())
            let now = try #require(kept.segment)
            let rest = try #require(world.segments[now.name]).dropFirst(kept.byteCount)
            try twin.keep(segmentBytes: Array(rest))
            try twin.takeSegment()
            try crash()
        }
        #expect(number > 903)
        try finish(twin, world)
    }

    @Test("Bytes with another hash are never used; what was taken in can be dropped")
    func damaged() throws {
        let world = try Self.world()
        let twin = try twin(world)
        _ = try world.exchange(twin)
        let manifest = try world.snapshot(of: "area/a")
        #expect(try twin.begin(snapshot: manifest))
        let first = try #require(manifest.segments.first)
        let good = try #require(world.segments[first.name])
        for bytes in [Array(good.dropLast()), good + [0], [], [~good[0]] + good.dropFirst()] {
            try twin.keep(segmentBytes: bytes)
            let problem = #expect(throws: Problem.self) { try twin.takeSegment() }
            #expect(problem?.code == .responseInvalid)
            #expect(try twin.snapshotTask()?.byteCount == 0)
            #expect(try twin.snapshotTask()?.taken == 0)
        }
        try world.fetch(twin, segments: 1)
        try world.delete(1)
        #expect(try !twin.begin(snapshot: world.snapshot(of: "area/a")))
        try twin.dropSnapshots()
        #expect(try twin.snapshotTask() == nil)
        #expect(twin.rows(2).isEmpty)
        guard case .applied(let report)? = try world.exchange(twin, snapshotRows: 0) else {
            Issue.record("nothing was applied")
            return
        }
        #expect(report.digestMatches)
        try expectLikeOnFile(twin, world)
    }

    @Test("A scope that is left meanwhile takes its snapshot with it")
    func left() throws {
        let world = try Self.world()
        let twin = try twin(world)
        _ = try world.exchange(twin)
        try world.fetch(twin)
        #expect(try twin.offer().hello.snapshots.count == 2)
        try world.area.assign("b", false)
        try finish(twin, world)
    }
}
