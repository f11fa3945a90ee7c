import LynkCore
import LynkWire
import TestSupport

extension SeededGenerator {
    mutating func count(_ most: Int) -> Int { Int.random(in: 0...most, using: &self) }

    mutating func chance(_ oneIn: Int) -> Bool { count(oneIn - 1) == 0 }

    /// All widths are equally likely, so every length of a CBOR head is met.
    mutating func number() -> UInt64 { next() >> UInt64(count(63)) }

    mutating func integer() -> Int64 { Int64(bitPattern: next()) >> Int64(count(63)) }

    mutating func ordinal() -> UInt64 { max(1, number() & UInt64(Int64.max)) }

    mutating func bytes(_ count: Int) -> [UInt8] {
        (0..<count).map { _ in UInt8(truncatingIfNeeded: next()) }
    }

    mutating func text(_ most: Int) -> String {
        let letters = [
            "a", "Z", "0", " ", "é", "e\u{301}", "₹", "नमस्ते", "🧾", "\u{0}", "\u{FEFF}",
        ]
        return (0..<count(most)).map { _ in letters[count(letters.count - 1)] }.joined()
    }

    mutating func identifier<Tag>() -> Identifier<Tag> { Identifier(high: next(), low: next()) }

    mutating func contentID() -> ContentID { ContentID(hashing: bytes(8)) }
}

extension SeededGenerator {
    mutating func value() -> Value {
        switch count(6) {
        case 0: .null
        case 1, 2: .integer(integer())
        case 3: .real(Double(integer()) / 8)
        case 4: .real(Double(Float(integer())))
        case 5: .text(text(20))
        default: .blob(bytes(count(40)))
        }
    }

    mutating func vector(_ most: Int = 3) -> VersionVector {
        var vector = VersionVector()
        for _ in 0..<count(most) { vector.include(Dot(era: identifier(), number: ordinal())) }
        return vector
    }

    mutating func clock() -> ClockReading {
        ClockReading(
            wallMilliseconds: integer(), bootID: identifier(), bootMilliseconds: integer())
    }

    mutating func change() -> RowChange {
        let kind = RowChange.Kind(rawValue: UInt8(count(2))) ?? .insert
        var fields = Set<FieldID>()
        if kind != .delete {
            for _ in 0..<count(8) { fields.insert(FieldID(truncatingIfNeeded: number())) }
        }
        let puts = fields.sorted().filter { $0 % 3 != 0 }.map { RowChange.Put($0, value()) }
        let adds = fields.sorted().filter { $0 % 6 == 0 }.map { RowChange.Add($0, integer()) }
        let edits = fields.sorted().filter { $0 % 6 == 3 }.map { edit($0) }
        return RowChange(
            table: TableID(truncatingIfNeeded: number()), key: identifier(), kind: kind,
            puts: puts, adds: adds, edits: edits)
    }

    private mutating func edit(_ field: FieldID) -> SetEdit {
        func elements(_ random: inout SeededGenerator) -> [Value] {
            (0..<random.count(4)).map { _ in random.value() }.filter { !$0.isNull }
        }
        return SetEdit(
            field, added: elements(&self) + [.integer(integer())], removed: elements(&self))
    }

    mutating func changeSet(previous: ContentID? = nil, changes most: Int = 4) -> ChangeSet {
        ChangeSet(
            tenant: identifier(), device: identifier(),
            previous: previous ?? (chance(2) ? nil : contentID()), context: vector(),
            schemaVersion: UInt32(truncatingIfNeeded: number()),
            changes: (0..<count(most)).map { _ in change() },
            intent: chance(2) ? nil : Intent(name: text(4), arguments: text(8)),
            claimed: HybridTimestamp(rawValue: number()), made: clock())
    }

    mutating func head(in lane: LaneID? = nil) -> LaneHead? {
        guard !chance(3) else { return nil }
        let own = lane.flatMap { chance(2) ? $0 : nil }
        return LaneHead(lane: own ?? identifier(), sequence: ordinal(), oid: contentID())
    }

    mutating func hello() -> Hello {
        let lane: LaneID = identifier()
        let cursor = PullCursor(
            position: Int64(ordinal()), vector: vector(), scopeSetHash: bytes(8))
        return Hello(
            device: identifier(), lane: lane, schemaName: text(5),
            schemaVersion: UInt32(truncatingIfNeeded: number()), head: head(in: lane),
            cursor: chance(3) ? .start : cursor, clock: clock(),
            digestRoot: chance(2) ? [] : bytes(16), ratchet: chance(2) ? [] : bytes(16),
            chain: chance(2) ? [] : bytes(16),
            keptHeads: (0..<count(2)).map { _ in
                LaneHead(lane: identifier(), sequence: ordinal(), oid: contentID())
            }, eras: chance(2) ? [] : eras(2), proofs: (0..<count(2)).map { _ in proof() },
            resume: chance(2) ? [] : bytes(1 + count(30)), narrowed: chance(2) ? nil : scopes(3),
            mode: chance(2) ? .once : .live, snapshotRowsMin: chance(2) ? 0 : Int64(ordinal()),
            snapshots: (0..<count(2)).map { _ in
                HeldSnapshot(scope: Scope(text(4)), position: Int64(ordinal()), chain: bytes(16))
            })
    }

    mutating func eras(_ most: Int) -> [EraRecord] {
        (0..<count(most)).map { _ in
            EraRecord(era: identifier(), hub: identifier(), parents: vector())
        }
    }

    mutating func scopes(_ most: Int) -> [Scope] {
        let names = Set((0..<count(most)).map { _ in Array(text(6).utf8) })
        return names.map { Scope(String(decoding: $0, as: UTF8.self)) }.sorted()
    }

    mutating func dot() -> Dot { Dot(era: identifier(), number: ordinal()) }

    mutating func proof() -> ReceiptProof {
        ReceiptProof(
            entries: (0..<count(3)).map { _ in
                .init(
                    oid: contentID(), dot: dot(),
                    effective: HybridTimestamp(rawValue: number()))
            }, signature: bytes(64))
    }
}

extension SeededGenerator {
    mutating func problem() -> Problem? {
        guard !chance(2) else { return nil }
        return Problem(ProblemCode.allCases[count(ProblemCode.allCases.count - 1)], text(12))
    }

    mutating func receipts(_ most: Int) -> [Receipt] {
        let eras: [EraID] = (0...count(2)).map { _ in identifier() }
        return (0..<count(most)).map { _ in
            Receipt(
                oid: contentID(), disposition: Disposition.allCases[count(4)],
                dot: Dot(era: eras[count(eras.count - 1)], number: ordinal()),
                effective: HybridTimestamp(rawValue: number()),
                conflicts: UInt32(truncatingIfNeeded: number()), problem: problem(),
                isRepeat: chance(2))
        }
    }

    mutating func welcome() -> Welcome {
        Welcome(
            hub: identifier(), eras: eras(3), head: head(),
            hubTime: HybridTimestamp(rawValue: number()), digestKey: bytes(32),
            scopes: chance(2) ? nil : ScopeUpdate(scopes: scopes(6)), refusal: problem(),
            verdict: HandshakeVerdict.allCases[count(4)], session: chance(2) ? [] : bytes(8),
            ratchet: chance(2) ? [] : bytes(16), durable: chance(2) ? nil : vector(),
            floor: chance(2) ? 0 : Int64(ordinal()), wantsEras: chance(2), resumed: chance(2),
            rowsExpected: chance(2) ? 0 : Int64(ordinal()), hubKey: chance(2) ? [] : bytes(32),
            snapshots: (0..<count(2)).map { _ in
                SnapshotOffer(scope: Scope(text(4)), rows: Int64(ordinal()))
            }, snapshotsTaken: chance(2))
    }

    mutating func manifest() -> SnapshotManifest {
        SnapshotManifest(
            tenant: identifier(), hub: identifier(), scope: Scope(text(6)),
            position: Int64(number() >> 1), vector: vector(), chain: bytes(16),
            segments: (0..<count(3)).map { _ in
                SnapshotSegment(
                    name: contentID(), byteCount: 1 + count(Limits.segmentBytesMax - 1),
                    isCompressed: chance(2))
            },
            tables: (0..<count(3)).map { table in
                SnapshotTable(
                    table: TableID(table * 7), count: Int64(ordinal()), root: bytes(16))
            })
    }

    mutating func checkpoint() -> Checkpoint {
        Checkpoint(
            position: Int64(number() >> 1), vector: vector(), head: head(),
            scopeSetHash: bytes(8), digestRoot: bytes(16), chain: chance(2) ? [] : bytes(16),
            durable: chance(2) ? nil : vector())
    }

    mutating func side() -> ConflictRecord.Side {
        .init(
            value: value(), dot: dot(), author: identifier(),
            effective: HybridTimestamp(rawValue: number()))
    }

    mutating func conflicts(_ most: Int) -> [ConflictRecord] {
        (0..<count(most)).map { _ in
            ConflictRecord(
                position: Int64(number() >> 1), table: TableID(truncatingIfNeeded: number()),
                key: identifier(), field: chance(3) ? nil : FieldID(truncatingIfNeeded: number()),
                policy: text(4), outcome: ConflictRecord.Outcome.allCases[count(3)],
                base: chance(2) ? nil : value(), current: side(), new: side(), oid: contentID())
        }
    }

    mutating func response() -> ResponseFrame {
        switch count(6) {
        case 0: .welcome(welcome())
        case 1: .receipts(receipts(5))
        case 2: .page(bytes(count(200)))
        case 3: .checkpoint(checkpoint())
        case 4: .conflicts(conflicts(3))
        case 5: .proof(bytes(64))
        default: .problem(problem() ?? Problem(.overloaded))
        }
    }
}

extension SeededGenerator {
    mutating func range() -> KeyRange {
        let (one, other): (RowKey, RowKey) = (identifier(), identifier())
        return KeyRange(lower: min(one, other), upper: chance(3) ? nil : max(one, other))
    }

    mutating func verifyRequest() -> VerifyRequest {
        VerifyRequest(
            scopeSetHash: bytes(8), position: Int64(number() >> 1),
            asks: (0..<count(3)).map { _ in
                VerifyAsk(
                    scope: Scope(text(4)), table: TableID(truncatingIfNeeded: number()),
                    ranges: (0...count(2)).map { _ in range() })
            })
    }

    mutating func verifyAnswer() -> VerifyAnswer {
        let scopes = (0...count(2)).map { _ in Scope(text(4)) }
        var parts: [RangePart] = []
        for _ in 0..<count(6) {
            // Most parts follow the one before.
            let before = chance(4) ? nil : parts.last
            let next = range()
            var lower = next.lower
            if let before, let end = before.range.upper { lower = end }
            parts.append(
                RangePart(
                    scope: before?.scope ?? scopes[count(scopes.count - 1)],
                    table: before?.table ?? 7, range: KeyRange(lower: lower, upper: next.upper),
                    count: number(), hash: bytes(16)))
        }
        return VerifyAnswer(
            position: Int64(number() >> 1),
            digests: (0..<count(4)).map { _ in
                TableDigest(
                    scope: scopes[count(scopes.count - 1)],
                    table: TableID(truncatingIfNeeded: number()), count: number(),
                    hash: bytes(16))
            }, parts: parts, pages: (0..<count(2)).map { _ in bytes(count(40)) })
    }
}
