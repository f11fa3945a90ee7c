import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

@Suite("What a device keeps of its hub, and what it does about its verdicts")
struct DeviceHandshakeTests {
    private let hub = PaperHub()

    private func start(_ world: World, chain: [UInt8] = [9]) throws -> TestDevice {
        let ann = try world.device("ann", district: 1)
        try ann.addShop("Own")
        try ann.exchange(
            hub, hub.welcome(scopes: [PaperHub.scope], ratchet: [1, 1]),
            pages: [
                hub.page(
                    ShopApplication.shop, [ann.shop(RowKey(high: 1, low: 1), "Other", number: 2)])
            ], receiptsFrom: 1
        ) { hub.checkpoint(2, head: $0.hello.head, chain: chain) }
        return ann
    }

    private func reopened(_ ann: TestDevice) throws -> TestDevice {
        try ann.replica.close()
        let replica = try Replica(
            path: ann.world.directory + "/ann.sqlite", schema: ShopApplication().schema,
            clock: ann.world.time)
        return TestDevice(world: ann.world, principal: ann.principal, replica: replica)
    }

    @Test("Ratchet and chain are kept with receipts and checkpoint, over a restart")
    func kept() throws {
        let world = try World()
        let ann = try reopened(start(world))
        let hello = try ann.replica.offer().hello
        #expect(hello.ratchet == [1, 1])
        #expect(hello.chain == [9])
        #expect(hello.eras.isEmpty)
        #expect(hello.proofs.isEmpty)
    }

    @Test("A ratchet that came without receipts is not presented")
    func ratchetWithoutReceipts() throws {
        let world = try World()
        let ann = try start(world)
        try ann.addShop("Lost answer")
        _ = try ann.replica.offer()
        try ann.replica.begin(hub.welcome(ratchet: [2, 2]))
        #expect(try ann.replica.offer().hello.ratchet == [1, 1])
    }

    @Test("A checkpoint that goes back is refused; after a rollback verdict it is taken")
    func backward() throws {
        let world = try World()
        let ann = try start(world)
        let error = #expect(throws: Problem.self) {
            try ann.exchange(hub, hub.welcome()) { _ in hub.checkpoint(1, chain: [8]) }
        }
        #expect(error?.code == .responseInvalid)
        #expect(try ann.replica.status().position == 2)
        // The hub that comes back has neither commit.
        let restored = PaperHub(era: 2)
        try ann.exchange(restored, restored.welcome(verdict: .rollback)) { _ in
            restored.checkpoint(0, chain: [8])
        }
        #expect(
            try ann.rows("SELECT kind FROM sync_incidents WHERE kind <> 'digest' ORDER BY kind")
                == ["rollback_notice", "rolled_back_row"])
        #expect(try ann.rows("SELECT name FROM shop") == ["Own"])
        #expect(try ann.rows("SELECT verdict, pending FROM sync_status") == ["rollback 1"])
        let offer = try ann.replica.offer()
        #expect(offer.changeSets.count == 1)
        #expect(Set(offer.hello.eras.map(\.era)) == [hub.era, restored.era])
        #expect(try ann.replica.verify().isEmpty)
    }

    @Test("Proofs are kept when genuine, presented after a rollback, and dropped when durable")
    func proofs() throws {
        let world = try World()
        let ann = try start(world)
        try ann.addShop("Next")
        let offer = try ann.replica.offer()
        let receipts = hub.receipts(offer, from: 3)
        try ann.replica.begin(hub.welcome())
        try ann.replica.record(receipts)
        let entries = receipts.map { ReceiptProof.Entry($0) }
        try ann.replica.record(
            proof: ReceiptProof(
                entries: entries, signature: [UInt8](repeating: 1, count: 64)))
        #expect(try ann.rows("SELECT count(*) FROM lynk_proof") == ["0"])
        #expect(try ann.rows("SELECT kind FROM sync_incidents WHERE kind = 'proof'") == ["proof"])
        let proof = try ReceiptProof(entries, by: hub.key)
        try ann.replica.record(proof: proof)
        _ = try ann.replica.apply(hub.checkpoint(3, head: offer.hello.head, chain: [7]))
        try ann.replica.begin(hub.welcome(verdict: .rollback))
        #expect(try ann.replica.offer().hello.proofs == [proof])
        let again = try ann.replica.offer()
        try ann.replica.begin(hub.welcome())
        try ann.replica.record(hub.receipts(again, from: 1))
        _ = try ann.replica.apply(
            hub.checkpoint(4, head: offer.hello.head, chain: [7], durable: 4))
        #expect(try ann.rows("SELECT count(*) FROM lynk_proof") == ["0"])
    }

    @Test("What is durable leaves the outbox; the last one stays for the chain")
    func durable() throws {
        let world = try World()
        let ann = try start(world)
        try ann.addShop("Second")
        try ann.addShop("Third")
        try ann.exchange(hub, hub.welcome(), receiptsFrom: 3) {
            hub.checkpoint(4, head: $0.hello.head, chain: [7], durable: 3)
        }
        #expect(try ann.rows("SELECT kept, durable FROM sync_status") == ["1 2"])
        #expect(try ann.rows("SELECT count(*) FROM sync_receipts") == ["3"])
        try ann.addShop("Fourth")
        let changeSet = try ChangeSetCodec.open(
            #require(try ann.replica.offer().changeSets.first).bytes)
        #expect(changeSet.content.previous != nil)
    }

    @Test("A fork gives a new lane; what was written keeps its names")
    func fork() throws {
        let world = try World()
        let ann = try start(world)
        try ann.addShop("Divergent")
        let before = try ann.replica.offer()
        try ann.replica.begin(hub.welcome(verdict: .fork, refusal: Problem(.laneForked)))
        let after = try ann.replica.offer()
        #expect(after.hello.lane != before.hello.lane)
        #expect(after.changeSets.map(\.oid) == before.changeSets.map(\.oid))
        #expect(after.hello.keptHeads.map(\.lane) == [before.hello.lane])
        #expect(try ann.rows("SELECT lanes_left, refusal FROM sync_status") == ["1 lane_forked"])
    }

    @Test("A change set damaged on the device is skipped, and those after it go on")
    func damaged() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        for name in ["First", "Damaged", "Third"] { try ann.addShop(name) }
        try ann.replica.pool.write {
            try $0.execute(
                sql: "UPDATE lynk_outbox SET bytes = substr(bytes, 1, 40) WHERE sequence = 2")
        }
        let first = try ann.replica.offer()
        #expect(first.changeSets.count == 1)
        #expect(first.hasMore)
        try ann.exchange(hub, hub.welcome(scopes: [PaperHub.scope]), receiptsFrom: 1) { _ in
            hub.checkpoint(1)
        }
        let second = try ann.replica.offer()
        #expect(second.changeSets.count == 1)
        #expect(second.hasMore)
        let skip = try ChangeSetCodec.open(#require(second.changeSets.first).bytes)
        let lost = try ann.rows("SELECT oid FROM lynk_outbox WHERE sequence = 2")
        #expect(skip.content.intent == Intent(name: "skip", arguments: try #require(lost.first)))
        #expect(skip.content.previous == first.changeSets.first?.oid)
        try ann.exchange(hub, hub.welcome(), receiptsFrom: 2) { _ in hub.checkpoint(2) }
        #expect(
            try ann.rows("SELECT sequence, oid, disposition FROM sync_rejected")
                == ["2 \(lost[0]) rejected"])
        let third = try ann.replica.offer()
        #expect(third.changeSets.count == 1)
        #expect(!third.hasMore)
        #expect(try ann.rows("SELECT reason FROM lynk_discarded").count == 1)
    }

    @Test("What a damaged change set did is kept when the row goes back to the hub's")
    func untold() throws {
        let world = try World()
        let ann = try world.device("ann", district: 1)
        for name in ["First", "Damaged"] { try ann.addShop(name) }
        let keys = try ann.rows("SELECT lower(hex(id)) FROM shop ORDER BY name")
        try ann.replica.pool.write {
            try $0.execute(
                sql: "UPDATE lynk_outbox SET bytes = substr(bytes, 1, 40) WHERE sequence = 2")
        }
        for _ in 0..<2 {
            try ann.exchange(hub, hub.welcome(scopes: [PaperHub.scope]), receiptsFrom: 1) { _ in
                hub.checkpoint(1)
            }
        }
        #expect(try ann.rows("SELECT name FROM shop WHERE name = 'Damaged'").isEmpty)
        let kept = try ann.rows(
            """
            SELECT kind, row_key, instr(ours, lower(hex('Damaged'))) > 0 FROM sync_incidents
            WHERE kind = 'unsent_row'
            """)
        #expect(kept == ["unsent_row \(keys[0]) 1"])
    }

    @Test("Conflicts are shown as base, local and remote")
    func conflicts() throws {
        let world = try World()
        let ann = try start(world)
        let own = try ann.replica.offer().hello.lane
        func side(_ value: Value, _ number: UInt64, _ author: LaneID) -> ConflictRecord.Side {
            ConflictRecord.Side(
                value: value, dot: Dot(era: hub.era, number: number), author: author,
                effective: HybridTimestamp(rawValue: number << 16))
        }
        let oid = ContentID(hashing: [1])
        let record = ConflictRecord(
            position: 3, table: 1, key: RowKey(high: 1, low: 1), field: 2, policy: "lastWriter",
            outcome: .newWon, base: "before", current: side("mine", 1, own),
            new: side("theirs", 3, hub.lane), oid: oid)
        for _ in 0..<2 { try ann.replica.record(conflicts: [record]) }
        #expect(
            try ann.rows(
                """
                SELECT table_name, field_name, policy, base, local, remote, winner
                FROM sync_conflicts
                """) == ["shop name lastWriter before mine theirs remote"])
        #expect(try ann.rows("SELECT conflicts FROM sync_status") == ["1"])
    }
}
