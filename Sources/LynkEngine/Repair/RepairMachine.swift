public import LynkCore

/// What a replica knows of its own confirmed rows, recomputed from the rows themselves.
public protocol RangeDigests {
    /// Every table in every scope that has rows.
    func digests() throws -> [TableDigest]
    /// Of the rows of one table and scope whose keys are in the range.
    func digest(_ scope: Scope, _ table: TableID, _ range: KeyRange) throws -> TableDigest
}

/// A range in which the two sides differ, few enough rows to look at each.
public struct DifferingRange: Hashable, Sendable {
    public let scope: Scope
    public let table: TableID
    public let range: KeyRange
    /// The payload of a page with exactly the hub's rows of the range.
    public let page: [UInt8]
}

/// The device's side of the comparison with its hub (Protocol/07-integrity.md): from the digests
/// of everything down to ranges of few rows, all wrong ranges of a step in one round trip. Pure.
///
/// Rows are halved no further than the hub's parts: 32 ways, so that one wrong row in a million
/// takes five round trips.
public struct RepairMachine: Sendable {
    /// What to do next.
    public enum Step: Hashable, Sendable {
        case ask(VerifyRequest)
        /// Nothing more to ask: the ranges that differ, none when the two sides are equal.
        case finished([DifferingRange])
    }

    private let scopeSetHash: [UInt8]
    private let position: Int64
    private var asked: [VerifyAsk] = []
    private var found: [DifferingRange] = []
    /// Ranges that differ and that the next requests ask for: the most that one may carry at a
    /// time.
    private var waiting: [VerifyAsk] = []
    /// Requests made so far.
    public private(set) var roundTrips = 0
    /// The hub has commits that this replica has not: rows may differ because they are newer.
    public private(set) var isBehind = false

    /// - Parameter cursor: of the replica's last checkpoint.
    public init(_ cursor: PullCursor) {
        scopeSetHash = cursor.scopeSetHash
        position = cursor.position
    }

    /// The first request: the digests of everything.
    public mutating func start() -> VerifyRequest {
        roundTrips = 1
        return VerifyRequest(scopeSetHash: scopeSetHash, position: position, asks: [])
    }

    /// Compares an answer with the replica's own rows.
    ///
    /// - Throws: ``Problem`` `response_invalid` for an answer that does not fit its request.
    public mutating func take(
        _ answer: VerifyAnswer, local: some RangeDigests
    ) throws -> Step {
        if answer.position != position { isBehind = true }
        if roundTrips == 1 {
            try compare(answer.digests, local)
        } else {
            try compare(answer, local)
        }
        return next()
    }

    private mutating func compare(_ theirs: [TableDigest], _ local: some RangeDigests) throws {
        var ours: [Name: TableDigest] = [:]
        for digest in try local.digests() { ours[Name(digest)] = digest }
        for digest in theirs {
            let own = ours.removeValue(forKey: Name(digest))
            if own?.count != digest.count || own?.hash != digest.hash {
                waiting.append(Self.whole(digest))
            }
        }
        // What only this side has.
        waiting += ours.values.filter { $0.count > 0 }.map(Self.whole)
            .sorted { ($0.table, $0.scope.name) < ($1.table, $1.scope.name) }
    }

    private static func whole(_ digest: TableDigest) -> VerifyAsk {
        VerifyAsk(scope: digest.scope, table: digest.table, ranges: [.all])
    }

    private mutating func compare(_ answer: VerifyAnswer, _ local: some RangeDigests) throws {
        var parts = answer.parts[...]
        var pages = answer.pages[...]
        let isEmpty = parts.isEmpty && pages.isEmpty
        for ask in asked {
            for range in ask.ranges {
                // The hub reads so much and no more for one request.
                if !isEmpty, parts.isEmpty, pages.isEmpty {
                    wait(ask.scope, ask.table, range)
                    continue
                }
                var (isSplit, isWhole) = (false, false)
                var upper = range.lower
                while let part = parts.first, part.scope == ask.scope, part.table == ask.table,
                    part.range.lower == upper, Self.isInside(part.range, range)
                {
                    isSplit = true
                    parts = parts.dropFirst()
                    try compare(part, local)
                    guard let end = part.range.upper, part.range.upper != range.upper else {
                        isWhole = true
                        break
                    }
                    upper = end
                }
                if isSplit {
                    if upper != range.lower, !isWhole {
                        wait(
                            ask.scope, ask.table, KeyRange(lower: upper, upper: range.upper))
                    }
                    continue
                }
                guard let page = pages.popFirst() else {
                    throw Problem(.responseInvalid, "a range was asked for and not answered")
                }
                found.append(
                    DifferingRange(scope: ask.scope, table: ask.table, range: range, page: page))
            }
        }
        guard parts.isEmpty, pages.isEmpty else {
            throw Problem(.responseInvalid, "an answer to what was not asked")
        }
    }

    private static func isInside(_ part: KeyRange, _ range: KeyRange) -> Bool {
        guard part.lower >= range.lower else { return false }
        guard let end = range.upper else { return true }
        return part.upper.map { $0 <= end } ?? false
    }

    private mutating func compare(_ part: RangePart, _ local: some RangeDigests) throws {
        let own = try local.digest(part.scope, part.table, part.range)
        guard own.count != part.count || own.hash != part.hash else { return }
        wait(part.scope, part.table, part.range)
    }

    private mutating func wait(_ scope: Scope, _ table: TableID, _ range: KeyRange) {
        if let last = waiting.last, last.scope == scope, last.table == table {
            waiting[waiting.count - 1] = VerifyAsk(
                scope: scope, table: table, ranges: last.ranges + [range])
        } else {
            waiting.append(VerifyAsk(scope: scope, table: table, ranges: [range]))
        }
    }

    private mutating func next() -> Step {
        asked = []
        var room = Limits.verifyRangesMax
        while let ask = waiting.first, room > 0 {
            waiting.removeFirst()
            let now = Array(ask.ranges.prefix(room))
            room -= now.count
            asked.append(VerifyAsk(scope: ask.scope, table: ask.table, ranges: now))
            if now.count < ask.ranges.count {
                waiting.insert(
                    VerifyAsk(
                        scope: ask.scope, table: ask.table,
                        ranges: Array(ask.ranges.dropFirst(now.count))), at: 0)
            }
        }
        guard !asked.isEmpty else { return .finished(found) }
        roundTrips += 1
        return .ask(VerifyRequest(scopeSetHash: scopeSetHash, position: position, asks: asked))
    }

    private struct Name: Hashable {
        let scope: Scope
        let table: TableID

        init(_ digest: TableDigest) {
            scope = digest.scope
            table = digest.table
        }
    }
}
