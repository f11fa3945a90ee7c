import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Synchronization
import Testing

@testable import LynkStore

@Suite("Finding and repairing rows that differ from the hub's")
struct RepairTests {
    /// Runs the machine against the hub's side, everything through its bytes.
    private func compare(
        _ ours: RowTwin, _ theirs: RowTwin
    ) throws -> (found: [DifferingRange], trips: Int, bytes: Int) {
        var machine = RepairMachine(
            PullCursor(position: 7, vector: .zero, scopeSetHash: [UInt8](repeating: 1, count: 8)))
        var request = machine.start()
        var bytes = 0
        while true {
            let asked = request.encoded()
            let answered = theirs.answer(try VerifyRequest.decode(asked)).encoded()
            bytes += asked.count + answered.count
            switch try machine.take(VerifyAnswer.decode(answered), local: ours) {
            case .ask(let next): request = next
            case .finished(let found): return (found, machine.roundTrips, bytes)
            }
        }
    }

    @Test("One wrong row in a million takes five round trips and at most 8 KB")
    func oneInAMillion() throws {
        let theirs = RowTwin(count: 1_000_000)
        _ = theirs.digests()
        let ours = RowTwin(copying: theirs)
        ours.change(654_321)
        let (found, trips, bytes) = try compare(ours, theirs)
        #expect(found.count == 1)
        #expect(found.first?.range.contains(theirs.keys[654_321]) == true)
        #expect(trips == 5)
        #expect(bytes <= 8_192, "\(bytes) bytes")
    }

    @Test("Equal rows take one round trip; missing and surplus rows are found at any place")
    func places() throws {
        let whole = RowTwin(count: 5_000)
        #expect(try compare(RowTwin(copying: whole), whole).trips == 1)
        for index in [0, 1, 31, 32, 1_023, 2_500, 4_999] {
            let less = RowTwin(copying: whole)
            less.remove(index)
            for (ours, theirs) in [(less, whole), (whole, less)] {
                let found = try compare(ours, theirs).found
                #expect(found.count == 1)
                #expect(found.first?.range.contains(whole.keys[index]) == true)
            }
        }
    }

    @Test("Many wrong rows are found together, more than one request may ask for")
    func many() throws {
        let theirs = RowTwin(count: 30_000)
        let ours = RowTwin(copying: theirs)
        for index in stride(from: 0, to: 30_000, by: 50) { ours.change(index) }
        let found = try compare(ours, theirs).found
        for index in stride(from: 0, to: 30_000, by: 50) {
            #expect(found.contains { $0.range.contains(theirs.keys[index]) })
        }
    }

    @Test("An answer that does not fit its request is refused")
    func misfit() throws {
        let theirs = RowTwin(count: 100)
        let ours = RowTwin(copying: theirs)
        ours.change(5)
        var machine = RepairMachine(.start)
        _ = machine.start()
        let step = try machine.take(
            theirs.answer(VerifyRequest(scopeSetHash: [], position: 0, asks: [])), local: ours)
        guard case .ask = step else {
            Issue.record("nothing was asked")
            return
        }
        #expect(throws: Problem.self) {
            try machine.take(VerifyAnswer(position: 0), local: ours)
        }
    }

    /// Lets a replica that is right answer for the hub.
    private func answer(_ request: VerifyRequest, from right: Replica) throws -> VerifyAnswer {
        try right.pool.write { database in
            let ranges = ConfirmedRanges(
                database: database, tables: right.tables,
                digestKey: right.state.withLock { $0.digestKey })
            guard !request.asks.isEmpty else {
                return VerifyAnswer(position: request.position, digests: try ranges.digests())
            }
            var names = try ReplicaNames(database)
            var pages: [[UInt8]] = []
            for ask in request.asks {
                for range in ask.ranges {
                    var lines: [PaperHub.Line] = []
                    try ranges.forEach(try names.handle(ask.scope), ask.table, range) { row, _ in
                        lines.append(
                            PaperHub.Line(
                                key: row.key, values: row.values, number: row.record.row.number))
                    }
                    pages.append(PaperHub().page(ShopApplication.shop, lines, scope: ask.scope))
                }
            }
            return VerifyAnswer(position: request.position, pages: pages)
        }
    }

    @Test("Rows changed behind the replica's back are found, made the hub's, and both images kept")
    func damagedFile() throws {
        let world = try World()
        let hub = PaperHub()
        let devices = try ["ann", "bob"].map { try world.device($0, district: 1) }
        for device in devices {
            let lines = (1...20).map {
                device.shop(RowKey(high: 1, low: $0), "Shop \($0)", number: $0)
            }
            try device.exchange(
                hub, hub.welcome(scopes: [PaperHub.scope]),
                pages: [hub.page(ShopApplication.shop, lines)]
            ) { _ in hub.checkpoint(20) }
        }
        let (ann, bob) = (devices[0], devices[1])
        try ann.update(RowKey(high: 1, low: 9), "phone = 'mine'")
        #expect(try ann.replica.verify() == [])
        try ann.replica.pool.write {
            try $0.execute(sql: "UPDATE shop SET name = 'Forged' WHERE name = 'Shop 3'")
            try $0.execute(sql: "DELETE FROM shop WHERE name = 'Shop 5'")
            try $0.execute(
                sql: """
                    INSERT INTO shop (id, _stamp, district, name)
                    SELECT randomblob(16), _stamp, district, 'Planted' FROM shop LIMIT 1
                    """)
        }
        let differences = try ann.replica.verify()
        #expect(differences.map(\.table) == ["shop"])
        #expect(differences.map(\.expected) == [20])
        var request = try #require(try ann.replica.startRepair())
        var report: RepairReport?
        while report == nil {
            switch try ann.replica.continueRepair(answer(request, from: bob.replica)) {
            case .ask(let next): request = next
            case .finished(let finished): report = finished
            }
        }
        #expect(report == RepairReport(roundTrips: 2, rowsRepaired: 3, isComplete: true))
        #expect(try ann.replica.verify() == [])
        #expect(try ann.replica.status().root == bob.replica.status().root)
        #expect(try ann.rows("SELECT phone FROM shop WHERE phone IS NOT NULL") == ["mine"])
        #expect(
            try ann.rows(
                """
                SELECT detail, length(ours) > 0, length(hubs) > 0 FROM sync_incidents
                WHERE kind = 'row' ORDER BY detail
                """) == ["different here 1 1", "missing here 0 1", "not at the hub 1 0"])
    }

    @Test("No byte of a row outside of the device's scopes is in its file after the purge")
    func purgedBytes() throws {
        let world = try World()
        let hub = PaperHub()
        let ann = try world.device("ann", district: 1)
        let marker = "MARKER-THAT-MUST-GO"
        let other = Scope("district/2")
        let both = [PaperHub.scope, other]
        func lines(_ name: String, _ low: UInt64) -> [PaperHub.Line] {
            (low..<low + 400).map {
                ann.shop(RowKey(high: 1, low: $0), "\(name) \($0)", number: $0)
            }
        }
        try ann.exchange(
            hub, hub.welcome(scopes: [PaperHub.scope]),
            pages: [hub.page(ShopApplication.shop, lines("Kept", 1))]
        ) { _ in hub.checkpoint(1) }
        // Through the inbox, so that staged pages are looked at too.
        let pages = [1_000, 2_000, 3_000].map {
            hub.page(ShopApplication.shop, lines(marker, $0), mark: [1], scope: other)
        }
        try ann.exchange(hub, hub.welcome(scopes: both), pages: pages) { _ in hub.checkpoint(2) }
        try ann.update(RowKey(high: 1, low: 1_005), "phone = 'mine'")
        #expect(try bytes(ann).contains(marker))
        try ann.exchange(hub, hub.welcome(scopes: [PaperHub.scope])) { _ in hub.checkpoint(3) }
        #expect(try ann.rows("SELECT count(*) FROM shop") == ["400"])
        #expect(try !bytes(ann).contains(marker))
        #expect(try bytes(ann).contains("Kept 7"))
        // The work on a purged row is still sent.
        #expect(try ann.replica.offer().changeSets.count == 1)
        #expect(try ann.rows("SELECT hidden_rows FROM sync_outbox") == ["1"])
    }

    /// The file and its WAL as they are on disk.
    private func bytes(_ device: TestDevice) throws -> String {
        let path = device.world.directory + "/ann.sqlite"
        return ["", "-wal"].map { suffix in
            let data = FileManager.default.contents(atPath: path + suffix) ?? Data()
            return String(decoding: data.map { $0 & 0x7F }, as: UTF8.self)
        }.joined()
    }
}
