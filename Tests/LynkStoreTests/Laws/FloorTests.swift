import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

@Suite("Forgetting safely, and comparing by range")
struct FloorTests {
    private static func insert(_ number: UInt64, table: TableID = 1) -> RowChange {
        RowChange(
            table: table, key: LawWorld.key(number), kind: .insert,
            puts: [.init(1, "a"), .init(2, table == 5 ? 5 : "one")])
    }

    private static func update(_ number: UInt64) -> RowChange {
        RowChange(
            table: 1, key: LawWorld.key(number), kind: .update, puts: [.init(2, "late")])
    }

    @Test(
        "The floor stays behind what is durable, and nothing comes back from below it",
        arguments: HubKind.allCases)
    func floor(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        let birth = ann.make([Self.insert(1), Self.insert(2)])
        try ann.push([birth])
        try ann.write(Self.insert(3, table: 5))
        try ann.pull()
        try bob.pull()
        try ann.write(RowChange(table: 1, key: LawWorld.key(1), kind: .delete))
        try ann.pull()
        let day: Int64 = 24 * 3_600_000
        world.time.advance(100 * day)
        let store = world.hub.store
        #expect(try store.advanceFloor(nowMilliseconds: world.time.now) == 0)
        try store.markDurable(ann.cursor.vector)
        #expect(try store.advanceFloor(nowMilliseconds: world.time.now) == 3)
        #expect(try ann.pull().welcome.floor == 3)
        #expect(try ann.pull().welcome.durable == ann.cursor.vector)
        // bob comes back from below the floor.
        let receipt = try bob.write(Self.update(1))
        #expect(receipt?.problem?.code == .rowForgotten)
        #expect(try world.values(1, 1) == nil)
        #expect(try bob.write(Self.update(2))?.disposition == .accepted)
        // Receipts stay, and so do the bytes of facts.
        #expect(try ann.push([birth]).receipts.first?.disposition == .accepted)
        let bodies = try world.hub.read { reads in
            try (1...3).map { try reads.changeSet(at: $0) != nil }
        }
        #expect(bodies == [false, true, false])
        #expect(try world.digestsAreRight())
    }

    /// Deletes, conflicts and histories above and below what is durable.
    private static func busy(_ kind: HubKind) throws -> (LawWorld, LawAuthor) {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        for number in 1...6 { try ann.write(Self.insert(UInt64(number))) }
        try ann.write(Self.insert(7, table: 5))
        for round in 0..<3 {
            try bob.pull()
            for number in 1...4 {
                try ann.write(Self.update(UInt64(number)))
                try bob.write(
                    RowChange(
                        table: 1, key: LawWorld.key(UInt64(number)), kind: .update,
                        puts: [.init(2, .text("bob \(round)"))]))
            }
            try ann.pull()
            try ann.write(
                RowChange(table: 1, key: LawWorld.key(UInt64(round + 1)), kind: .delete))
        }
        try ann.pull()
        try world.hub.store.markDurable(ann.cursor.vector)
        world.time.advance(100 * 24 * 3_600_000)
        return (world, ann)
    }

    /// What is kept for causality alone, and the rows.
    private static func kept(_ world: LawWorld) throws -> [String] {
        try world.hub.read { reads in
            var lines = ["floor \(try reads.meta(.floor) ?? [])"]
            for number in 1...7 {
                let row = RowName(table: number == 7 ? 5 : 1, key: LawWorld.key(UInt64(number)))
                guard let table = LawApplication().schema.table(row.table) else { continue }
                let state = try reads.stored(table, row.key)
                lines.append(
                    "\(number) \(state.map { "\($0.state)" } ?? "-") "
                        + "\(try reads.history(of: row, limit: 100))")
            }
            for position in 1...(try reads.head()) {
                lines.append(
                    "\(position) \(try reads.changeSet(at: position)?.bytes.count ?? 0)")
            }
            lines.append("\(try reads.conflictCount(after: 0, through: .max)) conflicts")
            return lines
        }
    }

    @Test(
        "In small steps, with commits and a kill between them, the same is forgotten",
        arguments: HubKind.allCases)
    func steps(_ kind: HubKind) throws {
        let (whole, _) = try Self.busy(kind)
        #expect(try whole.hub.conflicts().count > 3)
        let report = try whole.hub.store.floorReport(
            nowMilliseconds: whole.time.now,
            ageMilliseconds: FloorReport.usualAgeMilliseconds, counting: true)
        let forgettable = try #require(report.forgettable)
        #expect(report.floor == 0 && report.target == report.head)
        #expect(report.wait == .commits)
        #expect(forgettable.commits == report.head)
        #expect(forgettable.tombstones == 1)
        #expect(Int(forgettable.conflicts) == (try whole.hub.conflicts().count))
        #expect(forgettable.bytes > 1_000)
        try whole.hub.store.advanceFloor(nowMilliseconds: whole.time.now)

        let (sliced, _) = try Self.busy(kind)
        let carl = LawAuthor(sliced, 3)
        let now = sliced.time.now
        var count = 0
        while true {
            let step = try sliced.hub.store.advanceFloor(
                nowMilliseconds: now, ageMilliseconds: FloorReport.usualAgeMilliseconds, work: 1)
            count += 1
            if !step.hasMore { break }
            if count.isMultiple(of: 5) { try sliced.hub.restart(&sliced.random) }
            if count == 7 { try carl.write(Self.insert(8)) }
        }
        #expect(count > 20)
        let both = try [whole, sliced].map { try Self.kept($0) }
        // The commit in between stands above the floor.
        #expect(both[1].filter { !both[0].contains($0) }.count == 1)
        #expect(both[0].first == both[1].first)
        #expect(try sliced.digestsAreRight())
        #expect(try whole.hub.conflicts().isEmpty)
    }

    @Test("The floor says what it waits for", arguments: HubKind.allCases)
    func waits(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        func wait() throws -> FloorReport.Wait {
            try world.hub.store.floorReport(
                nowMilliseconds: world.time.now,
                ageMilliseconds: FloorReport.usualAgeMilliseconds, counting: false
            ).wait
        }
        #expect(try wait() == .commits)
        try ann.write(Self.insert(1))
        #expect(try wait() == .backup)
        try ann.pull()
        try world.hub.store.markDurable(ann.cursor.vector)
        #expect(try wait() == .age)
        try ann.write(Self.insert(2))
        world.time.advance(100 * 24 * 3_600_000)
        #expect(try wait() == .newerBackup)
    }

    @Test(
        "Stamps at and below the floor stay exact, so no knowledge is lost or made up",
        arguments: HubKind.allCases)
    func stamps(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob, carl) = (LawAuthor(world, 1), LawAuthor(world, 2), LawAuthor(world, 3))
        try ann.write(Self.insert(1))
        try bob.pull()
        try ann.write(Self.update(1))
        try carl.pull()
        try ann.write(Self.insert(2))
        try ann.pull()
        try world.hub.store.markDurable(ann.cursor.vector)
        world.time.advance(100 * 24 * 3_600_000)
        #expect(try world.hub.store.advanceFloor(nowMilliseconds: world.time.now) == 3)
        func title(_ value: Value) -> RowChange {
            RowChange(
                table: 1, key: LawWorld.key(1), kind: .update, puts: [.init(2, value)])
        }
        // Neither context reaches the floor: carl's has the title's stamp, bob's has not.
        #expect(try carl.write(title("carl"))?.disposition == .accepted)
        #expect(try bob.write(title("bob"))?.disposition == .merged)
        // What it costs: some bytes of each row, which are the row's anyway.
        let record = try world.hub.read { try $0.row(1, LawWorld.key(1))?.record }
        #expect(StampCodec.encode(try #require(record)).count <= 32)
    }

    @Test(
        "What a quarantined change set still needs for its release stays",
        arguments: HubKind.allCases)
    func awaited(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        func tags(_ added: [Value], _ removed: [Value]) -> RowChange {
            RowChange(
                table: 1, key: LawWorld.key(1), kind: .update,
                edits: [SetEdit(3, added: added, removed: removed)])
        }
        try ann.write(Self.insert(1))
        let early = try #require(try ann.write(tags(["gone"], []), intent: Intent(name: "poison")))
        try ann.write(tags([], ["gone"]))
        try ann.pull()
        try world.hub.store.markDurable(ann.cursor.vector)
        world.time.advance(100 * 24 * 3_600_000)
        #expect(try world.hub.store.advanceFloor(nowMilliseconds: world.time.now) == 3)
        _ = try world.hub.store.release(early.oid, nowMilliseconds: world.time.now)
        #expect(try world.values(1, 1)?[2] == .null)
    }

    @Test("A wrong row is found in a few steps", arguments: HubKind.allCases)
    func verify(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.push([ann.make((1...2_000).map { Self.insert(UInt64($0)) })])
        let pulled = try ann.pull()
        let store = world.hub.store
        func ask(_ asks: [VerifyAsk]) throws -> VerifyAnswer {
            try store.verify(
                VerifyRequest(
                    scopeSetHash: ann.cursor.scopeSetHash, position: ann.cursor.position,
                    asks: asks),
                for: ann.principal, nowMilliseconds: world.time.now)
        }
        let all = try ask([])
        #expect(all.digests.map(\.count) == [2_000])
        #expect(all.digests.map(\.hash) == [try #require(pulled.checkpoint).digestRoot])
        let first = try ask([VerifyAsk(scope: "a", table: 1, ranges: [.all])])
        #expect(first.parts.count == 32)
        #expect(first.parts.reduce(0) { $0 + $1.count } == 2_000)
        let part = try #require(first.parts.dropFirst(7).first)
        let second = try ask([VerifyAsk(scope: "a", table: 1, ranges: [part.range])])
        #expect(second.parts.reduce(0) { $0 + $1.count } == part.count)
        let small = try #require(second.parts.first)
        let third = try ask([VerifyAsk(scope: "a", table: 1, ranges: [small.range])])
        #expect(third.parts.isEmpty)
        #expect(third.pages.count == 1)
        #expect(throws: Problem.self) {
            try ask([VerifyAsk(scope: "secret", table: 1, ranges: [.all])])
        }
    }

    @Test(
        "A request reads no more rows than it may, and the rest is asked for again",
        arguments: HubKind.allCases)
    func bounded(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.push([ann.make((1...3_000).map { Self.insert(UInt64($0)) })])
        try ann.pull()
        func answer(_ request: VerifyRequest, _ left: inout Int) throws -> VerifyAnswer {
            if let sqlite = world.hub.sqlite {
                return try sqlite.replica.verify(
                    request, for: ann.principal, nowMilliseconds: world.time.now,
                    readsLeft: &left)
            }
            return try #require(world.hub.memory).replica.verify(
                request, for: ann.principal, nowMilliseconds: world.time.now, readsLeft: &left)
        }
        // Whole: every row is read once.
        let all = VerifyRequest(
            scopeSetHash: ann.cursor.scopeSetHash, position: ann.cursor.position,
            asks: [VerifyAsk(scope: "a", table: 1, ranges: [.all])])
        var left = 100_000
        let whole = try answer(all, &left)
        #expect(100_000 - left == 3_000)
        #expect(whole.parts.count == 32)
        #expect(whole.parts.allSatisfy { (93...94).contains($0.count) })
        // A device that has nothing finds every row, in as many requests as the bound makes.
        var machine = RepairMachine(ann.cursor)
        var request = machine.start()
        var found: [DifferingRange] = []
        steps: while true {
            var left = 500
            let answer = try answer(request, &left)
            #expect(left >= 0)
            switch try machine.take(answer, local: NoRows()) {
            case .ask(let next): request = next
            case .finished(let ranges):
                found = ranges
                break steps
            }
        }
        for number in 1...3_000 {
            #expect(found.contains { $0.range.contains(LawWorld.key(UInt64(number))) })
        }
        #expect(machine.roundTrips > 8)
    }

    @Test("The clocks and the history of a row can be read", arguments: HubKind.allCases)
    func reports(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(Self.insert(1))
        try bob.pull()
        try ann.write(Self.update(1), intent: Intent(name: "rename"))
        world.time.advance(1_000)
        try bob.write(Self.update(1))
        let clocks = try world.hub.store.clockReport()
        #expect(clocks.position == 3)
        #expect(clocks.lanes.map(\.head?.sequence) == [2, nil, 1])
        #expect(clocks.eras.count == 1)
        let history = try world.hub.store.history(of: 1, LawWorld.key(1))
        #expect(history.steps.map(\.position) == [1, 2, 3])
        #expect(history.steps.map(\.intent?.name) == [nil, "rename", nil])
        #expect(history.steps.map(\.lane) == [ann.lane, ann.lane, bob.lane])
        #expect(history.steps.last?.changes == [Self.update(1)])
        let title = try #require(history.standing.first { $0.field == 2 })
        #expect(title.value == "late")
        #expect(title.author == bob.lane)
        #expect(!history.isDeleted)
    }
}

/// A device without rows.
private struct NoRows: RangeDigests {
    func digests() -> [TableDigest] { [] }

    func digest(_ scope: Scope, _ table: TableID, _ range: KeyRange) -> TableDigest {
        TableDigest(scope: scope, table: table, count: 0, hash: SetDigest().root)
    }
}
