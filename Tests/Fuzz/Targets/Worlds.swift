import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// Whole replicas: a hub that somebody speaks to who keeps to nothing, and a device whose hub
/// answers anything.
extension FuzzTarget {
    static let worlds = [
        FuzzTarget("hub-session", seeds: { try hubSeeds() }) { input in try hubSession(input) },
        FuzzTarget("device-answer", bytesMax: 8_192, seeds: { [Pieces.of(try start.answer)] }) {
            input in try deviceAnswer(input)
        },
        FuzzTarget("device-repair", seeds: { try repairSeeds() }) { input in
            try deviceRepair(input)
        },
    ]

    private static var start: SmallWorld.Start { get throws { try SmallWorld.start.get() } }

    // MARK: A hub

    /// What one piece of an input asks of the hub, by its first byte.
    private enum Act: UInt8 {
        /// A request as it travels.
        case body
        /// Changes in a change set of the right form, in its place, rightly signed.
        case changes
        /// Bytes in the place of a change set, rightly signed.
        case changeSet
        /// A hello by itself, with the right device.
        case hello
        case verify
        case later
        case restart
        /// A hello of the other device with this mark of where its pull stood.
        case mark
    }

    private static func hubSession(_ input: [UInt8]) throws {
        let world = try SmallWorld(start)
        let (rows, head) = (world.honestRows(), try world.honestHead())
        for piece in Pieces.split(input).prefix(12) {
            guard let first = piece.first, let act = Act(rawValue: first & 7) else { continue }
            do { try perform(act, Array(piece.dropFirst()), world) } catch {
                let _: Void? = try refused(error)
            }
        }
        try expect(world.honestRows() == rows, "rows of the other area are others")
        try expect(try world.honestHead() == head, "the lane of the other device has moved")
        do {
            try world.exchange(world.honest)
            try world.restartHub()
            try world.exchange(world.honest)
        } catch { throw FuzzFault("the other device cannot exchange: \(error)") }
        let shown = world.honest.replica.row(2, world.honest.row)
        try expect(shown?.values[1] == "a board", "the other device lost its row")
    }

    private static func perform(_ act: Act, _ bytes: [UInt8], _ world: SmallWorld) throws {
        let device = world.other
        let hello = try device.replica.offer().hello
        switch act {
        case .body: _ = try world.answer(Pieces.body(bytes), to: device)
        case .changes:
            let changes = try ChangeSetCodec.decode(changes: bytes)
            let lane = try world.hub.inspect { try $0.lane(hello.lane)?.head }
            let sealed = ChangeSetCodec.seal(
                ChangeSet(
                    tenant: SmallWorld.tenant, device: device.principal.device,
                    previous: lane?.oid, context: hello.cursor.vector, schemaVersion: 1,
                    changes: changes, intent: nil,
                    claimed: HybridTimestamp(milliseconds: world.time.now),
                    made: world.time.read()))
            try push(sealed.bytes, hello, world)
        case .changeSet: try push(bytes, hello, world)
        case .hello:
            let given = try bytes.reading { (reader) throws(WireError) in
                try Hello(from: &reader)
            }
            _ = try world.answer(body(given.speaking(for: device.principal.device)), to: device)
        case .verify:
            let request = try VerifyRequest.decode(Pieces.body(bytes))
            let answer = try world.hub.verify(
                request, for: device.principal, nowMilliseconds: world.time.now)
            try expect(
                try VerifyAnswer.decode(answer.encoded()) == answer, "an answer differs")
        case .later: world.time.advance(bytes.prefix(5).reduce(0) { $0 << 8 | Int64($1) })
        case .restart: try world.restartHub()
        case .mark:
            _ = try world.answer(body(hello.resuming(at: bytes)), to: device)
        }
    }

    private static func body(_ hello: Hello) -> [UInt8] {
        SyncRequest.encode(hello: hello, changeSets: [], signature: [])
    }

    private static func push(_ bytes: [UInt8], _ hello: Hello, _ world: SmallWorld) throws {
        let oid = ContentID(hashing: bytes)
        let signature = try world.other.key.sign(oid.bytes, as: .changeSet)
        let body = SyncRequest.encode(hello: hello, changeSets: [bytes], signature: signature)
        _ = try world.answer(body, to: world.other)
    }

    private static func hubSeeds() throws -> [[UInt8]] {
        let world = try SmallWorld(start)
        let offer = try world.other.replica.offer()
        var hello = CBORWriter()
        offer.hello.encode(into: &hello)
        let (area, row) = (Value.text("a"), world.other.row)
        let changes = ChangeSetCodec.encode(changes: [
            RowChange(
                table: 2, key: row, kind: .update, puts: [.init(2, "x"), .init(5, "OPEN")],
                adds: [.init(4, 2)]),
            RowChange(
                table: 3, key: RowKey(high: 7, low: 7), kind: .insert,
                puts: [.init(1, area), .init(15, .key(row)), .init(16, 4)]),
            RowChange(table: 2, key: row, kind: .delete),
        ])
        let ask = try world.other.replica.startRepair()?.encoded() ?? []
        let ranges = VerifyRequest(
            scopeSetHash: offer.hello.cursor.scopeSetHash, position: offer.hello.cursor.position,
            asks: [
                VerifyAsk(
                    scope: "area/a", table: 2,
                    ranges: [KeyRange(lower: RowKey(high: 0, low: 0), upper: nil)])
            ]
        ).encoded()
        let request = try start.request
        return [
            [0] + Pieces.of(request), [1] + changes, [2] + (offer.changeSets.first?.bytes ?? []),
            [3] + hello.bytes, [4] + Pieces.of(ask), [4] + Pieces.of(ranges),
            Pieces.joined([[0] + request, [6], [0] + request, [5, 0, 1, 0, 0, 0]]),
            Pieces.joined([[1] + changes, [7] + [UInt8](repeating: 1, count: 73)]),
        ]
    }

    // MARK: A device

    private static func deviceAnswer(_ input: [UInt8]) throws {
        let world = try SmallWorld(start)
        let device = world.other
        do { try device.take(Pieces.body(input)) } catch { let _: Void? = try refused(error) }
        _ = device.replica.status()
        _ = device.replica.rows(2)
        _ = device.replica.recomputeRoot()
        // Whatever it was told, the device can write and offer.
        do {
            try device.replica.write([
                .insert(2, RowKey(high: 5, low: 5), [.init(1, "a"), .init(2, "later")])
            ])
            let offer = try device.replica.offer()
            try expect(
                offer.changeSets.count > 0, "what the device wrote is not offered")
        } catch { throw FuzzFault("the device cannot go on: \(error)") }
    }

    private static func deviceRepair(_ input: [UInt8]) throws {
        let world = try SmallWorld(start)
        let replica = world.other.replica
        _ = try replica.startRepair()
        for piece in Pieces.split(input).prefix(4) {
            // A part by itself: the payload of the digests.
            let body = Frame(.verified, Array(piece)).encoded()
            do {
                let answer = try VerifyAnswer.decode(piece.first == 0 ? Array(piece) : body)
                guard case .ask = try replica.continueRepair(answer) else { break }
            } catch {
                let _: Void? = try refused(error)
                break
            }
        }
        _ = replica.recomputeRoot()
    }

    private static func repairSeeds() throws -> [[UInt8]] {
        let world = try SmallWorld(start)
        try world.exchange(world.other)
        guard let ask = try world.other.replica.startRepair() else { return [] }
        let first = try world.hub.verify(
            ask, for: world.other.principal, nowMilliseconds: world.time.now)
        return [first.encoded(), Array(first.encoded().dropFirst(5).dropLast(4))]
    }
}

extension Hello {
    /// The same by another device.
    fileprivate func speaking(for device: DeviceID) -> Hello {
        Hello(
            protocolVersion: protocolVersion, device: device, lane: lane, schemaName: schemaName,
            schemaVersion: schemaVersion, head: head, cursor: cursor, clock: clock,
            digestRoot: digestRoot, ratchet: ratchet, chain: chain, keptHeads: keptHeads,
            eras: eras, proofs: proofs, resume: resume, narrowed: narrowed, mode: mode,
            snapshotRowsMin: snapshotRowsMin, snapshots: snapshots)
    }

    /// The same with a mark.
    fileprivate func resuming(at mark: [UInt8]) -> Hello {
        Hello(
            protocolVersion: protocolVersion, device: device, lane: lane, schemaName: schemaName,
            schemaVersion: schemaVersion, head: head,
            cursor: PullCursor(
                position: 0, vector: .zero, scopeSetHash: cursor.scopeSetHash),
            clock: clock, digestRoot: [], resume: Array(mark.prefix(Limits.markBytesMax)))
    }
}
