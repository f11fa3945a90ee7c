import LynkCore
import LynkWire
import Synchronization
import Testing

@testable import LynkClient

@Suite("Snapshots, request by request")
struct SnapshotFetchTests {
    /// Bytes that do not compress.
    private static func page(_ seed: UInt32, _ count: Int = 700) -> [UInt8] {
        var state = seed
        return (0..<count).map { _ in
            state = state &* 1_664_525 &+ 1_013_904_223
            return UInt8(truncatingIfNeeded: state >> 24)
        }
    }

    private static let pages: [Scope: [[UInt8]]] = [
        "area/a": [page(1), page(2)], "area/b": [page(3)],
    ]
    private static let all = [page(1), page(2), page(3)]

    private func client(
        _ replica: SnapshotMemory, _ hub: SnapshotHub, chunkBytes: Int = 100
    ) -> SyncClient {
        SyncClient(
            replica: replica, transport: hub.transport(chunkBytes: chunkBytes),
            pacing: VirtualPacing(sleeps: 0, chance: 0).pacing, snapshotRowsMin: 1)
    }

    @Test("Each segment once, then the tail")
    func whole() async throws {
        let (replica, hub) = (SnapshotMemory(), SnapshotHub(Self.pages))
        let report = try await client(replica, hub).sync()
        #expect(
            hub.log == [
                "offers", "manifest area%2Fa", "segment 0", "segment 0", "manifest area%2Fb",
                "segment 0", "tail",
            ])
        #expect(replica.state.withLock { $0.pages } == Self.all)
        #expect(report.segments == 3)
        #expect(report.exchanges == 2)
        #expect(report.digestMatches)
        #expect(replica.state.withLock { $0.drops } == 0)
    }

    @Test("A line that breaks at any byte is gone on with at that byte", arguments: [1, 64, 4_096])
    func cut(chunkBytes: Int) async throws {
        let length = Self.page(1).count + 9
        for offset in stride(from: 0, through: length, by: chunkBytes == 64 ? 1 : 53) {
            let (replica, hub) = (SnapshotMemory(), SnapshotHub(Self.pages))
            hub.state.withLock { $0.faults = [.cut(offset)] }
            let client = client(replica, hub, chunkBytes: chunkBytes)
            if offset == 0 {
                // Nothing came: the loop's back-off decides when to try again.
                await #expect(throws: Problem(.unreachable, "cut")) { try await client.sync() }
                #expect(replica.state.withLock { $0.entries.count } == 2)
            }
            let report = try await client.sync()
            #expect(report.digestMatches)
            #expect(replica.state.withLock { $0.pages } == Self.all)
            let asked = hub.log.filter { $0.hasPrefix("segment") }
            let again = offset == length ? [] : ["segment \(offset)"]
            #expect(asked == ["segment 0"] + again + ["segment 0", "segment 0"], "\(offset)")
        }
    }

    @Test("Many cuts of one segment, and a new attempt each time that nothing came")
    func manyCuts() async throws {
        let (replica, hub) = (SnapshotMemory(), SnapshotHub(Self.pages))
        hub.state.withLock {
            $0.faults = [.cut(10), .cut(300), .cut(0), .cut(1), .cut(0), .cut(398)]
        }
        let client = client(replica, hub)
        for _ in 0..<2 {
            await #expect(throws: Problem(.unreachable, "cut")) { try await client.sync() }
        }
        try await client.sync()
        let asked = hub.log.filter { $0.hasPrefix("segment") }
        #expect(
            asked == [
                "segment 0", "segment 10", "segment 310", "segment 310", "segment 311",
                "segment 311", "segment 0", "segment 0",
            ])
        #expect(replica.state.withLock { $0.pages } == Self.all)
    }

    @Test("A server that answers a range with the whole is taken at its word")
    func wholeForRange() async throws {
        let (replica, hub) = (SnapshotMemory(), SnapshotHub(Self.pages))
        hub.state.withLock { $0.faults = [.cut(99), .whole] }
        try await client(replica, hub).sync()
        #expect(replica.state.withLock { $0.pages } == Self.all)
        #expect(replica.state.withLock { $0.drops } == 0)
    }

    @Test("Damaged bytes are fetched anew, and given up the second time")
    func damaged() async throws {
        let (replica, hub) = (SnapshotMemory(), SnapshotHub(Self.pages))
        hub.state.withLock { $0.faults = [.damaged] }
        try await client(replica, hub).sync()
        #expect(replica.state.withLock { $0.pages } == Self.all)

        let (other, worse) = (SnapshotMemory(), SnapshotHub(Self.pages))
        worse.state.withLock { $0.faults = [.damaged, .damaged] }
        let report = try await client(other, worse).sync()
        #expect(worse.log.last == "pull")
        #expect(report.pages == 3)
        #expect(other.state.withLock { $0.drops } == 1)
    }

    @Test("What is gone, foreign or in error leads to the plain pull")
    func unavailable() async throws {
        let page = Array("<h1>Welcome to the hotel".utf8)
        let html = HTTPResponseHead(
            status: 200, headers: [HTTPHeader("Content-Type", "text/html")])
        let answers: [ScriptedTransport.Answer] = [
            ScriptedHub.refusal(Problem(.notFound), 404),
            ScriptedHub.refusal(Problem(.storeFailed), 503),
            ScriptedHub.refusal(Problem(.rangeUnsatisfiable), 416),
            .reply(html, page), .reply(ScriptedHub.head(), [1, 2, 3]),
        ]
        for answer in answers {
            let (replica, hub) = (SnapshotMemory(), SnapshotHub(Self.pages))
            hub.state.withLock { $0.manifests = [answer] }
            #expect(try await client(replica, hub).sync().digestMatches)
            #expect(hub.log == ["offers", "manifest area%2Fa", "pull"])

            let (other, later) = (SnapshotMemory(), SnapshotHub(Self.pages))
            // Twice: the first time another manifest is asked for.
            later.state.withLock { $0.faults = [.reply(answer), .reply(answer)] }
            let report = try await client(other, later).sync()
            #expect(report.digestMatches)
            #expect(report.pages == 3)
            #expect(later.log.last == "pull")
            #expect(other.state.withLock { $0.entries.isEmpty })
        }
    }

    @Test("A hub that is busy gets its wait, and then it goes on where it was")
    func busy() async throws {
        let (replica, hub) = (SnapshotMemory(), SnapshotHub(Self.pages))
        let busy = ScriptedHub.refusal(Problem(.overloaded), 503, 7)
        hub.state.withLock { $0.faults = [.cut(100), .reply(busy)] }
        let client = client(replica, hub)
        await #expect(throws: Problem(.overloaded)) { try await client.sync() }
        try await client.sync()
        #expect(hub.log.suffix(4) == ["segment 0", "manifest area%2Fb", "segment 0", "tail"])
        #expect(hub.log.filter { $0 == "segment 100" }.count == 2)
        #expect(replica.state.withLock { $0.drops } == 0)
    }

    @Test("Neither an older hub nor a device that wants none hears of it")
    func older() async throws {
        let (replica, hub) = (SnapshotMemory(), SnapshotHub(Self.pages))
        hub.state.withLock { $0.isOld = true }
        #expect(try await client(replica, hub).sync().pages == 3)
        #expect(hub.log == ["pull"])

        let never = SnapshotHub(Self.pages)
        let client = SyncClient(
            replica: SnapshotMemory(), transport: never.transport(),
            pacing: VirtualPacing(sleeps: 0, chance: 0).pacing, snapshotRowsMin: 0)
        try await client.sync()
        #expect(never.log == ["pull"])
        // A replica that cannot take them in does not ask.
        let plain = SnapshotHub(Self.pages)
        try await SyncClient(
            replica: InMemoryReplica(), transport: plain.transport(),
            pacing: VirtualPacing(sleeps: 0, chance: 0).pacing, snapshotRowsMin: 1
        ).sync()
        #expect(plain.log == ["pull"])
    }

    @Test("A hub that cannot go on from them gives the rows in the same answer")
    func notTaken() async throws {
        let (replica, hub) = (SnapshotMemory(), SnapshotHub(Self.pages))
        hub.state.withLock { $0.takesSnapshots = false }
        let report = try await client(replica, hub).sync()
        #expect(hub.log.last == "pull")
        #expect(report.pages == 3)
        #expect(replica.state.withLock { $0.pages.isEmpty })
    }

    @Test("What is written meanwhile goes out between two segments")
    func written() async throws {
        let base = InMemoryReplica()
        base.write(1)
        let (replica, hub) = (SnapshotMemory(base), SnapshotHub(Self.pages))
        replica.state.withLock { $0.writesAfter = 1 }
        let report = try await client(replica, hub).sync()
        #expect(
            hub.log == [
                "offers", "manifest area%2Fa", "segment 0", "offers", "segment 0",
                "manifest area%2Fb", "segment 0", "tail",
            ])
        #expect(report.receiptsTotal == 2)
        #expect(base.outboxCount == 0)
        #expect(replica.state.withLock { $0.pages } == Self.all)
    }

    @Test("Pages or a checkpoint after an offer, and offers unasked, are no answer")
    func outOfPlace() {
        let offer = Welcome(
            hub: Fixture.hub, eras: [], head: nil, hubTime: .zero, digestKey: [], scopes: nil,
            refusal: nil, snapshots: [SnapshotOffer(scope: "a", rows: 1)])
        for frame in [
            ResponseFrame.page([1]), .checkpoint(Fixture.checkpoint), .conflicts([]),
            .welcome(Fixture.welcome()),
        ] {
            var machine = ExchangeMachine(takesSnapshots: true)
            _ = machine.receive(.welcome(offer))
            #expect(machine.end() == nil)
            guard case .abort(let problem) = machine.receive(frame) else {
                Issue.record("\(frame) was taken")
                return
            }
            #expect(problem.code == .responseInvalid)
        }
        var unasked = ExchangeMachine()
        guard case .abort = unasked.receive(.welcome(offer)) else {
            Issue.record("an offer was taken unasked")
            return
        }
        var asked = ExchangeMachine(takesSnapshots: true)
        _ = asked.receive(.welcome(offer))
        let oid = ContentID(hashing: [1])
        #expect(asked.receive(.receipts([Fixture.receipt(oid)])) == .record([Fixture.receipt(oid)]))
        #expect(asked.end() == nil)
    }
}
