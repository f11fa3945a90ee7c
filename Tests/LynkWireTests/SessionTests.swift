import LynkCore
import LynkWire
import TestSupport
import Testing

/// A device and a hub that have exchanged before, and say only what has changed since.
@Suite("Exchanges in a session") struct SessionTests {
    private static let signature = [UInt8](repeating: 0x5A, count: 64)

    private func session(_ random: inout SeededGenerator) throws -> ExchangeSession {
        let made = random.hello()
        let hello = Hello(
            device: made.device, lane: made.lane, schemaName: made.schemaName,
            schemaVersion: made.schemaVersion, head: made.head, cursor: made.cursor,
            clock: made.clock, digestRoot: made.digestRoot, ratchet: made.ratchet,
            chain: made.chain, narrowed: made.narrowed, mode: made.mode)
        let welcome = Welcome(
            hub: random.identifier(), eras: [], head: nil,
            hubTime: HybridTimestamp(rawValue: random.number()), digestKey: random.bytes(32),
            scopes: nil, refusal: nil, session: random.bytes(8), floor: 7,
            hubKey: random.chance(2) ? [] : random.bytes(32))
        let checkpoint = Checkpoint(
            position: Int64(random.ordinal() >> 1), vector: random.vector(),
            head: LaneHead(
                lane: hello.lane, sequence: random.ordinal() >> 1, oid: random.contentID()),
            scopeSetHash: random.bytes(8), digestRoot: random.bytes(16),
            chain: random.bytes(16), durable: random.chance(2) ? nil : random.vector())
        return try #require(
            ExchangeSession(
                tenant: random.identifier(), hello: hello, welcome: welcome,
                checkpoint: checkpoint))
    }

    /// A hello that the session can shorten.
    private func hello(
        _ session: ExchangeSession, _ chain: [SealedChangeSet], _ random: inout SeededGenerator
    ) throws -> Hello {
        let clock = session.hello.clock
        let resumed = ResumedHello(
            session: session.id, position: session.checkpoint.position,
            wallMilliseconds: clock.wallMilliseconds &+ 60_000,
            bootMilliseconds: clock.bootMilliseconds &+ 60_003,
            ratchet: random.chance(2) ? [] : random.bytes(16),
            mode: random.chance(2) ? .once : .live)
        return try #require(session.hello(resumed, count: chain.count, last: chain.last?.oid))
    }

    /// Change sets as a device of the session makes them, and some that are not so.
    private func chain(
        _ count: Int, _ session: ExchangeSession, _ random: inout SeededGenerator
    ) -> [SealedChangeSet] {
        var chain: [SealedChangeSet] = []
        for _ in 0..<count {
            let other = random.changeSet()
            if random.chance(5) {
                chain.append(ChangeSetCodec.seal(other))
                continue
            }
            let clock = session.hello.clock
            let wall = Int64(1_760_000_000_000) + Int64(random.count(99_999))
            let isSteady = random.chance(2)
            chain.append(
                ChangeSetCodec.seal(
                    ChangeSet(
                        tenant: session.tenant, device: session.hello.device,
                        previous: chain.last?.oid ?? session.checkpoint.head?.oid,
                        context: random.chance(4) ? other.context : session.checkpoint.vector,
                        schemaVersion: session.hello.schemaVersion, changes: other.changes,
                        intent: other.intent, claimed: HybridTimestamp(milliseconds: wall),
                        made: ClockReading(
                            wallMilliseconds: wall, bootID: clock.bootID,
                            bootMilliseconds: isSteady ? wall : random.integer()))))
        }
        return chain
    }

    @Test("A short request stands for the full one, with the same content ids",
        arguments: 0..<80)
    func request(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let session = try session(&random)
        let chain = chain(random.count(5), session, &random)
        let hello = try hello(session, chain, &random)
        let body = try #require(
            SyncRequest.encode(
                resuming: session, hello: hello, changeSets: chain.map(\.bytes),
                signature: chain.isEmpty ? [] : Self.signature))
        let decoded = try SyncRequest.decode(body) { id, position in
            id == session.id && position == session.checkpoint.position ? session : nil
        }
        #expect(decoded.hello == hello)
        #expect(decoded.changeSets.map(\.bytes) == chain.map(\.bytes))
        #expect(decoded.changeSets.map(\.oid) == chain.map(\.oid))
        #expect(decoded.signature == (chain.isEmpty ? [] : Self.signature))
        #expect(decoded.session == session)
    }

    @Test("A long push follows the short hello in frames of its own")
    func longPush() throws {
        var random = SeededGenerator(seed: 5)
        let session = try session(&random)
        let chain = chain(900, session, &random)
        let hello = try hello(session, chain, &random)
        let body = try #require(
            SyncRequest.encode(
                resuming: session, hello: hello, changeSets: chain.map(\.bytes),
                signature: Self.signature))
        #expect(try frames(body).map(\.type) == [.resumedHello, .changeSets, .signature])
        let decoded = try SyncRequest.decode(body) { _, _ in session }
        #expect(decoded.changeSets.map(\.oid) == chain.map(\.oid))
        #expect(decoded.hello == hello)
    }

    @Test("A hub that does not know the session, or is past its state, says so")
    func unknown() throws {
        var random = SeededGenerator(seed: 6)
        let session = try session(&random)
        let hello = try hello(session, [], &random)
        let body = try #require(
            SyncRequest.encode(resuming: session, hello: hello, changeSets: [], signature: []))
        let error = refusal { () throws(WireError) in try SyncRequest.decode(body) }
        #expect(error == .unknownSession)
        #expect(error?.problem.code == .sessionUnknown)
        var later = session
        later.advance(to: random.checkpoint())
        #expect(
            refusal { () throws(WireError) in
                try SyncRequest.decode(body) { _, _ in later }
            } == .unknownSession)
    }

    @Test("What the session does not know is said in a full hello")
    func saidInFull() throws {
        var random = SeededGenerator(seed: 7)
        let session = try session(&random)
        let known = try hello(session, [], &random)
        func body(_ hello: Hello) -> [UInt8]? {
            SyncRequest.encode(resuming: session, hello: hello, changeSets: [], signature: [])
        }
        #expect(body(known) != nil)
        let other = random.hello()
        func varied(
            lane: LaneID? = nil, head: LaneHead?? = nil, cursor: PullCursor? = nil,
            boot: BootID? = nil, root: [UInt8]? = nil, kept: [LaneHead] = [],
            resume: [UInt8] = []
        ) -> Hello {
            Hello(
                device: known.device, lane: lane ?? known.lane, schemaName: known.schemaName,
                schemaVersion: known.schemaVersion, head: head ?? known.head,
                cursor: cursor ?? known.cursor,
                clock: ClockReading(
                    wallMilliseconds: known.clock.wallMilliseconds,
                    bootID: boot ?? known.clock.bootID,
                    bootMilliseconds: known.clock.bootMilliseconds),
                digestRoot: root ?? known.digestRoot, ratchet: known.ratchet,
                chain: known.chain, keptHeads: kept, resume: resume, narrowed: known.narrowed,
                mode: known.mode)
        }
        #expect(body(varied()) != nil)
        let head = LaneHead(lane: known.lane, sequence: 1, oid: random.contentID())
        for different in [
            varied(lane: other.lane), varied(head: .some(nil)), varied(head: head),
            varied(cursor: .start), varied(boot: random.identifier()), varied(root: []),
            varied(kept: [head]), varied(resume: [1]),
        ] {
            #expect(body(different) == nil)
        }
    }

    @Test("A welcome opens a session only when it names one and took the push")
    func opening() throws {
        var random = SeededGenerator(seed: 8)
        let good = try session(&random)
        func opens(_ session: [UInt8], _ refusal: Problem?, _ head: LaneHead?) -> Bool {
            ExchangeSession(
                tenant: good.tenant, hello: good.hello,
                welcome: Welcome(
                    hub: good.welcome.hub, eras: [], head: nil, hubTime: .zero, digestKey: [],
                    scopes: nil, refusal: refusal, session: session),
                checkpoint: Checkpoint(
                    position: 1, vector: .zero, head: head, scopeSetHash: [], digestRoot: []))
                != nil
        }
        let id = random.bytes(8)
        #expect(opens(id, nil, nil))
        #expect(!opens([], nil, nil))
        #expect(!opens(id, Problem(.laneForked), nil))
        let head = LaneHead(lane: random.identifier(), sequence: 1, oid: random.contentID())
        #expect(!opens(id, nil, head))
    }

    /// An answer that says little: to a push, or to nothing.
    private func answer(
        _ session: ExchangeSession, _ chain: [SealedChangeSet], _ random: inout SeededGenerator
    ) -> (Welcome, [Receipt], Checkpoint) {
        let head = session.head(after: chain.count, last: chain.last?.oid)
        let era = session.checkpoint.vector.sorted.first
        var vector = session.checkpoint.vector
        var receipts: [Receipt] = []
        if let era {
            receipts = chain.enumerated().map { index, sealed in
                Receipt(
                    oid: sealed.oid, disposition: Disposition.allCases[random.count(4)],
                    dot: Dot(era: era.era, number: era.number / 2 + UInt64(index) + 1),
                    effective: HybridTimestamp(rawValue: random.number()),
                    conflicts: UInt32(random.count(2)), problem: random.problem(),
                    isRepeat: random.chance(3))
            }
            vector.include(Dot(era: era.era, number: era.number + UInt64(chain.count)))
        }
        // As before, or something new by a backup.
        let durable = random.chance(2) ? session.checkpoint.durable : random.vector()
        let welcome = Welcome(
            hub: session.welcome.hub, eras: [], head: head,
            hubTime: HybridTimestamp(rawValue: random.number()),
            digestKey: session.welcome.digestKey, scopes: nil, refusal: nil,
            session: random.chance(2) ? [] : random.bytes(8),
            ratchet: random.chance(2) ? [] : random.bytes(16), durable: durable,
            floor: session.welcome.floor, hubKey: session.welcome.hubKey)
        let checkpoint = Checkpoint(
            position: session.checkpoint.position + Int64(chain.count), vector: vector,
            head: head, scopeSetHash: session.checkpoint.scopeSetHash,
            digestRoot: random.bytes(16), chain: random.bytes(16), durable: durable)
        return (welcome, receipts, checkpoint)
    }

    @Test("A brief answer stands for exactly its welcome, receipts and checkpoint",
        arguments: 0..<80)
    func brief(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let session = try session(&random)
        let isEmpty = session.checkpoint.vector.isZero
        let chain = isEmpty ? [] : chain(random.count(4), session, &random)
        let exchange = ResumedExchange(
            session: session, wallMilliseconds: random.integer(), offered: chain.map(\.oid))
        let (welcome, receipts, checkpoint) = answer(session, chain, &random)
        let bytes = try #require(exchange.brief(welcome, receipts, checkpoint))
        let frame = try #require(try frames(bytes).first)
        var expected: [ResponseFrame] = [.welcome(welcome)]
        if !receipts.isEmpty { expected.append(.receipts(receipts)) }
        #expect(frame.type == .brief)
        expected.append(.checkpoint(checkpoint))
        #expect(try exchange.expand(frame.payload) == expected)
        let sent = expected.flatMap { $0.encoded() }
        for bit in 0..<frame.payload.count * 8 {
            let damaged = flipped(frame.payload, bit: bit)
            guard let taken = try? exchange.expand(damaged) else { continue }
            // By bytes: Swift's strings call U+0301 and U+0341, a bit apart, equal.
            if taken.flatMap({ $0.encoded() }) == sent {
                Issue.record("seed \(seed), bit \(bit)")
            }
        }
        let cut = frame.payload.indices.filter { count in
            (try? exchange.expand(Array(frame.payload[..<count]))) != nil
        }
        #expect(cut.isEmpty)
    }

    @Test("What a brief answer cannot stand for is not sent as one")
    func notBrief() throws {
        var random = SeededGenerator(seed: 9)
        let session = try session(&random)
        let exchange = ResumedExchange(session: session, wallMilliseconds: 0, offered: [])
        let (welcome, _, checkpoint) = answer(session, [], &random)
        #expect(exchange.brief(welcome, [], checkpoint) != nil)
        let news = Welcome(
            hub: welcome.hub, eras: [], head: welcome.head, hubTime: welcome.hubTime,
            digestKey: welcome.digestKey, scopes: ScopeUpdate(scopes: [Scope]()), refusal: nil,
            floor: welcome.floor)
        #expect(exchange.brief(news, [], checkpoint) == nil)
        // What was durable when the answer began and what is at its end.
        let between = Checkpoint(
            position: checkpoint.position, vector: checkpoint.vector, head: checkpoint.head,
            scopeSetHash: checkpoint.scopeSetHash, digestRoot: checkpoint.digestRoot,
            chain: checkpoint.chain, durable: VersionVector([random.identifier(): 1]))
        #expect(exchange.brief(welcome, [], between) == nil)
        let receipt = Receipt(
            oid: random.contentID(), disposition: .accepted, dot: random.dot(), effective: .zero)
        #expect(exchange.brief(welcome, [receipt], checkpoint) == nil)
        var vector = checkpoint.vector
        vector.include(random.dot())
        let grown = Checkpoint(
            position: checkpoint.position, vector: vector, head: checkpoint.head,
            scopeSetHash: checkpoint.scopeSetHash, digestRoot: checkpoint.digestRoot)
        #expect(exchange.brief(welcome, [], grown) == nil)
    }

    @Test("A turned bit of a short request is noticed; no beginning of one is one")
    func damaged() throws {
        var random = SeededGenerator(seed: 10)
        let session = try session(&random)
        let chain = chain(2, session, &random)
        let hello = try hello(session, chain, &random)
        let body = try #require(
            SyncRequest.encode(
                resuming: session, hello: hello, changeSets: chain.map(\.bytes),
                signature: Self.signature))
        let taken = (0..<body.count * 8).filter { bit in
            (try? SyncRequest.decode(flipped(body, bit: bit)) { _, _ in session }) != nil
        }
        let cut = body.indices.filter { count in
            (try? SyncRequest.decode(Array(body[..<count])) { _, _ in session }) != nil
        }
        #expect(taken.isEmpty && cut.isEmpty)
        // The payload without its checksum: refused, or a request that encodes to those bytes.
        let payload = try frames(body)[0].payload
        for bit in 0..<payload.count * 8 {
            let damaged = Frame(.resumedHello, flipped(payload, bit: bit)).encoded()
            guard let request = try? SyncRequest.decode(damaged, sessions: { _, _ in session })
            else { continue }
            #expect(request.changeSets.count == 2)
        }
    }
}
