import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

@Suite("How a device and a hub stand to each other")
struct HubHandshakeTests {
    private static func insert(_ number: UInt64) -> RowChange {
        RowChange(
            table: 1, key: LawWorld.key(number), kind: .insert,
            puts: [.init(1, "a"), .init(2, "one")])
    }

    private static func update(_ title: Value) -> RowChange {
        RowChange(table: 1, key: LawWorld.key(1), kind: .update, puts: [.init(2, title)])
    }

    @Test(
        "Tokens move with each push; a lost answer is no fork, a copy is",
        arguments: HubKind.allCases)
    func ratchet(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        // The first answer is lost: the device has no token when it repeats.
        let first = ann.make([Self.insert(1)])
        try ann.push([first])
        let given = ann.ratchet
        #expect(given.count == Limits.ratchetBytes)
        ann.ratchet = []
        #expect(try ann.push([first]).refusal == nil)
        #expect(ann.ratchet == given)
        try ann.write(Self.insert(2))
        #expect(ann.ratchet != given)
        let second = ann.ratchet
        try ann.write(Self.insert(3))
        // The token before is good once more, as after a lost answer; the one before that is not.
        ann.ratchet = second
        try ann.write(Self.insert(4))
        ann.ratchet = given
        #expect(try ann.push([ann.make([Self.insert(5)])]).refusal?.code == .laneForked)
        #expect(try world.values(1, 5) == nil)
    }

    @Test(
        "A chain tells a hub that went another way from one that is the same",
        arguments: HubKind.allCases)
    func chain(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1))
        #expect(try ann.pull().welcome.verdict == .ok)
        #expect(ann.chain.count == Limits.chainBytes)
        #expect(try ann.pull().welcome.verdict == .ok)
        ann.chain[0] ^= 1
        let told = try ann.pull()
        #expect(told.welcome.verdict == .rollback)
        #expect(told.rows == [LawWorld.key(1)])
        // A head of an earlier lane that nobody here knows was lost too.
        let head = LaneHead(
            lane: LaneID(high: 1, low: 9), sequence: 1, oid: ContentID(hashing: [1]))
        #expect(try ann.pull(keptHeads: [head]).welcome.verdict == .rollback)
    }

    @Test(
        "A cursor whose position is not its vector's starts at zero and is no rollback",
        arguments: HubKind.allCases)
    func strayCursor(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1))
        try ann.pull()
        let (honest, chain) = (ann.cursor, ann.chain)
        try ann.write(Self.insert(2))
        for position in [honest.position + 1, honest.position + 9, .max, 0] {
            ann.chain = chain
            ann.cursor = PullCursor(
                position: position, vector: honest.vector, scopeSetHash: honest.scopeSetHash)
            let told = try ann.pull()
            #expect(told.welcome.verdict == .ok, "\(position)")
            #expect(told.rows == [LawWorld.key(1), LawWorld.key(2)], "\(position)")
        }
        (ann.cursor, ann.chain) = (honest, chain)
        #expect(try ann.pull().rows == [LawWorld.key(2)])
    }

    @Test(
        "Era records that nothing in the request names are not kept", arguments: HubKind.allCases)
    func strayEras(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        let eras = (1...3).map { EraID(high: 0xE0, low: $0) }
        // The first is the parent of the second; nobody needs the third.
        ann.eras = [
            EraRecord(era: eras[0], hub: HubID(high: 1, low: 1), parents: .zero),
            EraRecord(
                era: eras[1], hub: HubID(high: 1, low: 1), parents: VersionVector([eras[0]: 4])),
            EraRecord(era: eras[2], hub: HubID(high: 1, low: 1), parents: .zero),
        ]
        try ann.write(Self.insert(1))
        func known() throws -> [Bool] {
            try world.hub.read { reads in try eras.map { try reads.era($0) != nil } }
        }
        #expect(try known() == [false, false, false])
        ann.cursor = PullCursor(
            position: 0, vector: VersionVector([eras[1]: 1]), scopeSetHash: [])
        let named = ann.make([Self.insert(2)])
        #expect(try ann.push([named]).refusal?.code == .hubRolledBack)
        #expect(try known() == [true, true, false])
        #expect(try ann.push([named]).receipts.first?.disposition == .accepted)
    }

    // ann, bob        hub                       hub, restored
    // push(1) ──────▶ dot (e1, n), seen by bob
    //                                           (e1, n) is lost
    // push(1, proof) ─────────────────────────▶ dot (e2, 1), and (e1, n) is an alias of it
    // bob: update ────────────────────────────▶ knew it: no conflict
    @Test(
        "What was lost and comes back with its receipt is known to who had seen it",
        arguments: HubKind.allCases)
    func aliases(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.write(Self.insert(1))
        try ann.pull()
        try bob.pull()
        try world.hub.backUp(&world.random)
        let lost = ann.make([Self.update("lost")])
        let answer = try ann.push([lost])
        let eras = try bob.pull().welcome.eras
        let receipt = try #require(answer.receipts.first)
        try world.hub.restore(&world.random)
        let rolledBack = try bob.pull()
        #expect(rolledBack.welcome.verdict == .rollback)
        #expect(rolledBack.welcome.wantsEras)
        // bob wrote before he heard of it; his context names what is lost.
        bob.cursor = PullCursor(
            position: 0, vector: VersionVector([receipt.dot.era: receipt.dot.number]),
            scopeSetHash: [])
        let update = bob.make([Self.update("after")])
        #expect(try bob.push([update]).wantsEras)
        ann.proofs = [
            ReceiptProof(entries: [.init(receipt)], signature: answer.proof)
        ]
        let again = try #require(try ann.push([lost]).receipts.first)
        #expect(again.dot != receipt.dot)
        #expect(again.effective == receipt.effective)
        bob.eras = eras
        #expect(try bob.push([update]).receipts.first?.disposition == .accepted)
        #expect(try world.values(1, 1)?[1] == "after")
    }

    // ann             hub                       hub, restored
    // push(1, 2) ───▶ effective 1 < 2           both are lost
    // push(1), late ──────────────────────────▶ without a proof: effective now
    // push(1, 2, proof) ──────────────────────▶ 2 is not before 1: it stands
    @Test(
        "A proven time does not put a change set before its predecessor in the lane",
        arguments: HubKind.allCases)
    func provenTimes(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let ann = LawAuthor(world, 1)
        try ann.write(Self.insert(1))
        try world.hub.backUp(&world.random)
        let (first, second) = (
            ann.make([Self.update("first")]), ann.make([Self.update("second")])
        )
        let token = ann.ratchet
        let answer = try ann.push([first, second])
        try world.hub.restore(&world.random)
        world.time.advance(1_000_000)
        let newest = ann.ratchet
        ann.ratchet = token
        // A repeat of an earlier request; another boot hides how old it is.
        let late = Push(
            principal: ann.principal, lane: ann.lane, publicKey: ann.key.publicKey,
            upload: ClockReading(
                wallMilliseconds: first.content.made.wallMilliseconds,
                bootID: BootID(high: 9, low: 9), bootMilliseconds: 1),
            receivedMilliseconds: world.time.now,
            work: .changeSets(
                [first], signature: try ann.key.sign(first.oid.bytes, as: .changeSet)))
        #expect(try world.hub.store.commit([late]).first?.receipts.count == 1)
        ann.ratchet = newest
        ann.proofs = [
            ReceiptProof(
                entries: answer.receipts.map { .init($0) }, signature: answer.proof)
        ]
        let again = try ann.push([first, second]).receipts
        #expect(again.map(\.isRepeat) == [true, false])
        #expect(again[1].effective > again[0].effective)
        #expect(try world.values(1, 1)?[1] == "second")
    }

    @Test(
        "Sets that change with time at one position cover only what all had",
        arguments: HubKind.allCases)
    func coveredScopes(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2, role: "few"))
        try ann.write(Self.insert(1))
        try bob.pull()
        try ann.write(
            RowChange(
                table: 1, key: LawWorld.key(2), kind: .insert, puts: [.init(1, "b")]))
        // Nothing is noted of this pull, because the set is as before.
        try bob.pull()
        let device = bob.principal.device
        bob.role("all")
        try bob.pull()
        let kept = try world.hub.read { try $0.scopeSet(of: device, at: .max) }
        #expect(kept?.scopes == ["a", "b"])
        #expect(kept?.covered == ["a"])
        try ann.write(Self.insert(3))
        try bob.pull()
        #expect(
            try world.hub.read { try $0.scopeSet(of: device, at: .max) }?.covered == ["a", "b"])
    }

    // device                             hub at 3
    // pull, as a few ──────────────────▶ opened at 3
    //                                    commit 4
    // ◀── checkpoint at 4, without b
    // (late copy of an earlier request) ▶ opened at 4, as all: with b, and answered to nobody
    @Test(
        "A set that comes with time alone does not cover a position at which there was another",
        arguments: HubKind.allCases)
    func coveredByTime(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2, role: "dated"))
        try ann.write(Self.insert(1))
        try bob.pull()
        let late = LawAuthor(world, 2, role: "dated")
        late.cursor = bob.cursor
        late.chain = bob.chain
        try ann.write(
            RowChange(table: 1, key: LawWorld.key(2), kind: .insert, puts: [.init(1, "b")]))
        // Nothing is noted of this pull, because the set is as before.
        #expect(try bob.pull().checkpoint?.position == 2)
        world.time.advance(LawApplication.turn - world.time.now)
        // A late copy of an earlier request.
        try late.pull()
        let kept = try world.hub.read { try $0.scopeSet(of: bob.principal.device, at: 2) }
        #expect(kept?.scopes == ["a", "b"])
        #expect(kept?.covered == ["a"])
    }

    @Test(
        "A late request does not widen what a checkpoint at the same position covered",
        arguments: HubKind.allCases)
    func coveredByTheChecked(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2, role: "few"))
        try ann.write(Self.insert(1))
        try ann.write(
            RowChange(table: 1, key: LawWorld.key(2), kind: .insert, puts: [.init(1, "b")]))
        try bob.pull()
        let late = LawAuthor(world, 2)
        late.cursor = bob.cursor
        late.chain = bob.chain
        try ann.write(Self.insert(3))
        var isWritten = false
        let pulled = try bob.pull(between: {
            if !isWritten { try ann.write(Self.insert(4)) }
            isWritten = true
        })
        #expect(pulled.checkpoint?.position == 4)
        try late.pull()
        let kept = try world.hub.read { try $0.scopeSet(of: bob.principal.device, at: 4) }
        #expect(kept?.scopes == ["a", "b"])
        #expect(kept?.covered == ["a"])
    }

    @Test("A pull that broke off goes on after its last page", arguments: HubKind.allCases)
    func resumed(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        let rows = (1...9_000).map { Self.insert(UInt64($0)) }
        try ann.push([ann.make(rows)])
        let first = try bob.pull(pages: 1)
        let mark = try #require(first.marks.last)
        #expect(!mark.isEmpty)
        let rest = try bob.pull(resume: mark)
        #expect(rest.welcome.resumed)
        #expect(rest.welcome.rowsExpected == 9_000)
        #expect(first.rows.isDisjoint(with: rest.rows))
        #expect(first.rows.count + rest.rows.count == 9_000)
        #expect(try bob.pull(resume: mark).welcome.resumed == false)
    }

    @Test(
        "A pull that broke off begins anew when what was deleted since has been forgotten",
        arguments: HubKind.allCases)
    func markBelowTheFloor(_ kind: HubKind) throws {
        let world = try LawWorld(kind)
        let (ann, bob) = (LawAuthor(world, 1), LawAuthor(world, 2))
        try ann.push([ann.make((1...9_000).map { Self.insert(UInt64($0)) })])
        let first = try bob.pull(pages: 1)
        let mark = try #require(first.marks.last)
        try ann.pull()
        let gone = try #require(first.rows.first)
        try ann.write(RowChange(table: 1, key: gone, kind: .delete))
        try ann.pull()
        world.time.advance(100 * 24 * 3_600_000)
        try world.hub.store.markDurable(ann.cursor.vector)
        #expect(try world.hub.store.advanceFloor(nowMilliseconds: world.time.now) == 2)
        let rest = try bob.pull(resume: mark)
        #expect(!rest.welcome.resumed)
        #expect(rest.rows.count == 8_999)
    }
}
