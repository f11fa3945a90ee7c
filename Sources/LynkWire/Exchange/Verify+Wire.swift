public import LynkCore

extension VerifyRequest {
    /// The body of a verify request: one message.
    public func encoded() -> [UInt8] {
        var writer = CBORWriter()
        writer.array(3)
        writer.byteString(scopeSetHash)
        writer.integer(position)
        writer.array(asks.count)
        for ask in asks {
            writer.array(3)
            writer.text(ask.scope.name)
            writer.unsigned(UInt64(ask.table))
            writer.array(2 * ask.ranges.count)
            for range in ask.ranges {
                writer.identifier(range.lower)
                writer.key(range.upper)
            }
        }
        return Frame(.verify, writer.bytes).encoded()
    }

    /// Decodes a decompressed body.
    public static func decode(_ body: [UInt8]) throws(WireError) -> VerifyRequest {
        guard body.count <= Limits.requestBytesMax else { throw .overLimit("requestBytesMax") }
        var frames = FrameReader()
        frames.append(body)
        guard let frame = try frames.next() else { throw .truncated }
        guard frame.type == .verify else { throw .unexpected("verify frame") }
        guard frames.isEmpty else { throw .invalid("bytes after the request") }
        return try frame.payload.reading { (reader) throws(WireError) in
            try VerifyRequest(from: &reader)
        }
    }

    init(from reader: inout CBORReader) throws(WireError) {
        try reader.array(exactly: 3)
        let hash = try reader.digest()
        let position = try reader.hubPosition()
        var asks: [VerifyAsk] = []
        var total = 0
        for _ in 0..<(try reader.array(Limits.verifyRangesMax, "verifyRangesMax")) {
            try reader.array(exactly: 3)
            let scope = try reader.scope()
            let table = try reader.unsigned32("table")
            let count = try reader.array(2 * Limits.verifyRangesMax, "verifyRangesMax")
            guard count.isMultiple(of: 2), count > 0 else { throw .unexpected("range") }
            total += count / 2
            guard total <= Limits.verifyRangesMax else { throw .overLimit("verifyRangesMax") }
            var ranges: [KeyRange] = []
            for _ in 0..<count / 2 { ranges.append(try reader.range()) }
            asks.append(VerifyAsk(scope: scope, table: table, ranges: ranges))
        }
        self.init(scopeSetHash: hash, position: position, asks: asks)
    }
}

extension VerifyAnswer {
    /// The body of the answer: digests and parts, then each page as a message of its own.
    public func encoded() -> [UInt8] {
        var writer = CBORWriter(reserving: 256 + 48 * (digests.count + parts.count))
        var scopes: [Scope] = []
        for scope in digests.map(\.scope) + parts.map(\.scope) where !scopes.contains(scope) {
            scopes.append(scope)
        }
        func index(_ scope: Scope) -> UInt64 { UInt64(scopes.firstIndex(of: scope) ?? 0) }
        writer.array(5)
        writer.integer(position)
        writer.scopes(scopes)
        writer.array(4 * digests.count)
        for digest in digests {
            writer.unsigned(index(digest.scope))
            writer.unsigned(UInt64(digest.table))
            writer.unsigned(digest.count)
            writer.byteString(digest.hash)
        }
        writer.array(6 * parts.count)
        var before: RangePart?
        for part in parts {
            writer.unsigned(index(part.scope))
            writer.unsigned(UInt64(part.table))
            writer.key(part.follows(before) ? nil : part.range.lower)
            writer.key(part.range.upper)
            writer.unsigned(part.count)
            writer.byteString(part.hash)
            before = part
        }
        writer.unsigned(UInt64(pages.count))
        var body = Frame(.verified, writer.bytes).encoded()
        for page in pages { Frame(.page, page).append(to: &body) }
        return body
    }

    /// Decodes a decompressed body; the pages are passed on unread.
    public static func decode(_ body: [UInt8]) throws(WireError) -> VerifyAnswer {
        var frames = FrameReader()
        frames.append(body)
        guard let frame = try frames.next() else { throw .truncated }
        guard frame.type == .verified else { throw .unexpected("verified frame") }
        let (answer, count) = try frame.payload.reading { (reader) throws(WireError) in
            try read(&reader)
        }
        var pages: [[UInt8]] = []
        while let frame = try frames.next() {
            guard frame.type == .page else { throw .unexpected("page frame") }
            pages.append(frame.payload)
            guard pages.count <= count else { throw .invalid("bytes after the last page") }
        }
        guard pages.count == count, frames.isEmpty else { throw .truncated }
        return VerifyAnswer(
            position: answer.position, digests: answer.digests, parts: answer.parts, pages: pages)
    }

    /// Everything but the pages, and how many of them follow.
    static func read(_ reader: inout CBORReader) throws(WireError) -> (VerifyAnswer, Int) {
        try reader.array(exactly: 5)
        let position = try reader.hubPosition()
        var scopes: [Scope] = []
        for _ in 0..<(try reader.array(Limits.scopesPerDeviceMax, "scopesPerDeviceMax")) {
            scopes.append(try reader.scope())
        }
        guard Set(scopes.map { Array($0.name.utf8) }).count == scopes.count else {
            throw .notCanonical
        }
        var names = ScopeNames(scopes: scopes)
        let digests = try digests(&reader, &names)
        let parts = try parts(&reader, &names)
        guard names.named == scopes.count else { throw .notCanonical }
        guard let count = Int(exactly: try reader.unsigned()), count <= Limits.verifyRangesMax
        else { throw .overLimit("verifyRangesMax") }
        return (VerifyAnswer(position: position, digests: digests, parts: parts), count)
    }

    private static func digests(
        _ reader: inout CBORReader, _ names: inout ScopeNames
    ) throws(WireError) -> [TableDigest] {
        let count = try reader.array(4 * Limits.verifyDigestsMax, "verifyDigestsMax")
        guard count.isMultiple(of: 4) else { throw .unexpected("digest") }
        var digests: [TableDigest] = []
        for _ in 0..<count / 4 {
            digests.append(
                TableDigest(
                    scope: try names.next(&reader), table: try reader.unsigned32("table"),
                    count: try reader.unsigned(), hash: try reader.bytes(exactly: 16)))
        }
        return digests
    }

    private static func parts(
        _ reader: inout CBORReader, _ names: inout ScopeNames
    ) throws(WireError) -> [RangePart] {
        let most = Limits.verifyRangesMax * Limits.verifyPartsPerRange
        let count = try reader.array(6 * most, "verifyPartsPerRange")
        guard count.isMultiple(of: 6) else { throw .unexpected("part of a range") }
        var parts: [RangePart] = []
        for _ in 0..<count / 6 {
            let scope = try names.next(&reader)
            let table = try reader.unsigned32("table")
            let lower = try reader.key()
            let upper = try reader.key()
            let start = lower ?? parts.last?.range.upper
            guard let start else { throw .invalid("lower bound of a part") }
            let part = RangePart(
                scope: scope, table: table, range: KeyRange(lower: start, upper: upper),
                count: try reader.unsigned(), hash: try reader.bytes(exactly: 16))
            guard part.follows(parts.last) == (lower == nil) else { throw .notCanonical }
            parts.append(part)
        }
        return parts
    }
}

/// Scopes by index, in the order of their first use, so that each list has one encoding.
private struct ScopeNames {
    let scopes: [Scope]
    private(set) var named = 0

    init(scopes: [Scope]) { self.scopes = scopes }

    mutating func next(_ reader: inout CBORReader) throws(WireError) -> Scope {
        let index = try reader.unsigned()
        guard index <= UInt64(named), index < UInt64(scopes.count) else {
            throw .invalid("scope index")
        }
        named = max(named, Int(index) + 1)
        return scopes[Int(index)]
    }
}

extension RangePart {
    /// Whether the part starts where the one before ends, and so need not say where.
    fileprivate func follows(_ before: RangePart?) -> Bool {
        guard let before else { return false }
        return before.scope == scope && before.table == table && before.range.upper == range.lower
    }
}

extension CBORWriter {
    fileprivate mutating func key(_ key: RowKey?) {
        if let key { identifier(key) } else { null() }
    }
}

extension CBORReader {
    fileprivate mutating func key() throws(WireError) -> RowKey? {
        try skipNull() ? nil : try identifier(RowTag.self)
    }

    fileprivate mutating func range() throws(WireError) -> KeyRange {
        let lower = try identifier(RowTag.self)
        let upper = try key()
        if let upper, upper <= lower { throw .invalid("an empty range") }
        return KeyRange(lower: lower, upper: upper)
    }
}
