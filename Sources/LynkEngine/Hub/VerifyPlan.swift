import LynkCore

/// Answers one step of range repair from one snapshot.
struct VerifyPlan {
    let request: VerifyRequest
    let principal: Principal
    let now: HybridTimestamp

    /// - Parameter readsLeft: rows that may be read; what is left of them afterwards.
    func answer(
        _ reads: some HubReads, application: any Application, hasher: some RowHashing,
        readsLeft: inout Int
    ) throws -> VerifyAnswer {
        let visible = try scopes(reads, application)
        let eras = try reads.eras()
        let position = try reads.head()
        if request.asks.isEmpty {
            var digests: [TableDigest] = []
            for scope in visible.values.sorted(by: { $0.handle < $1.handle }) {
                for table in application.schema.tables {
                    let name = DigestName(scope: scope.handle, table: table.id)
                    guard let digest = try reads.digest(name), digest.count > 0 else { continue }
                    digests.append(
                        TableDigest(
                            scope: scope.name, table: table.id, count: UInt64(digest.count),
                            hash: digest.root))
                }
            }
            return VerifyAnswer(
                position: position, digests: Array(digests.prefix(Limits.verifyDigestsMax)))
        }
        var (parts, pages): ([RangePart], [[UInt8]]) = ([], [])
        var rangesLeft = Limits.verifyRangesMax
        for ask in request.asks {
            guard let scope = visible[ask.scope] else {
                throw Problem(.notFound, "the scope \(ask.scope.name)")
            }
            for range in ask.ranges {
                // What is not answered is asked for again.
                guard rangesLeft > 0, readsLeft > 0 else { break }
                rangesLeft -= 1
                guard let table = application.schema.table(ask.table) else {
                    pages.append(try reads.makePage().finish(mark: []))
                    continue
                }
                var fold = RangeFold(
                    scope: scope, table: table, range: range, readsLeft: readsLeft,
                    hasher: hasher)
                try fold.run(reads, eras)
                readsLeft = fold.readsLeft
                if fold.end == nil, fold.numbers.count <= Limits.verifyRowsPerRange {
                    pages.append(try fold.page(reads))
                } else {
                    parts += fold.parts
                }
            }
        }
        return VerifyAnswer(position: position, parts: parts, pages: pages)
    }

    private func scopes(
        _ reads: some HubReads, _ application: any Application
    ) throws -> [Scope: HubScope] {
        let born = Dictionary(
            try reads.scopes().map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        switch try application.scopeSet(of: principal, now: now, in: reads) {
        case .all: return born
        case .only(let names): return born.filter { names.contains($0.key) }
        }
    }
}

/// The rows of one table and scope whose keys are in a range, in one reading: small ones by their
/// numbers, large ones as runs of rows that are joined in pairs whenever there are too many.
private struct RangeFold<Hasher: RowHashing> {
    /// Runs of one reading; parts are made of whole runs, so many make them about equal.
    private static var runsMax: Int { 4_096 }

    private struct Run {
        let lower: RowKey
        var digest = SetDigest()
    }

    private struct IsFull: Error {}

    let scope: HubScope
    let table: TableSchema
    let range: KeyRange
    /// Rows that may still be read, those of other scopes included.
    var readsLeft: Int
    var hasher: Hasher
    /// The first row that was not read; `nil` when all were.
    private(set) var end: RowKey?
    /// The first rows: all of a small range.
    private(set) var numbers: [Int64] = []
    private var runs: [Run] = []
    private var rowsPerRun: Int64 = 1

    init(scope: HubScope, table: TableSchema, range: KeyRange, readsLeft: Int, hasher: Hasher) {
        self.scope = scope
        self.table = table
        self.range = range
        self.readsLeft = readsLeft
        self.hasher = hasher
    }

    mutating func run(_ reads: some HubReads, _ eras: [HubEra]) throws {
        let (name, table) = (scope.name, table)
        let prefix = hasher.prefix(scope.handle, name: { _ in name })
        do {
            try reads.rows(of: table.id, in: range) { number, row in
                guard readsLeft > 0 else {
                    end = row.key
                    throw IsFull()
                }
                readsLeft -= 1
                guard row.record.scopes.contains(scope.handle) else { return }
                if numbers.count <= Limits.verifyRowsPerRange { numbers.append(number) }
                open(at: row.key)
                hasher.write(row, of: table, era: { eras[Int($0)].record.era })
                hasher.insert(into: &runs[runs.count - 1].digest, prefix: prefix)
            }
        } catch is IsFull {
            // The device asks for the rest.
        }
    }

    private mutating func open(at key: RowKey) {
        if let last = runs.last, last.digest.count < rowsPerRun { return }
        if runs.count == Self.runsMax {
            runs = stride(from: 0, to: runs.count, by: 2).map { index in
                var pair = runs[index]
                if index + 1 < runs.count { pair.digest.formUnion(runs[index + 1].digest) }
                return pair
            }
            rowsPerRun *= 2
        }
        runs.append(Run(lower: key))
    }

    func page(_ reads: some HubReads) throws -> [UInt8] {
        let page = try reads.makePage()
        for number in numbers {
            try page.append(row: number, of: table.id) { _ in [scope.handle] }
        }
        return try page.finish(mark: [])
    }

    /// As many parts as a device is to compare next, of about equal counts.
    var parts: [RangePart] {
        let upper = end ?? range.upper
        let count = max(1, min(runs.count, Limits.verifyPartsPerRange))
        var parts: [RangePart] = []
        for part in 0..<count {
            let (first, last) = (part * runs.count / count, (part + 1) * runs.count / count)
            var digest = SetDigest()
            for run in runs[first..<last] { digest.formUnion(run.digest) }
            // Parts leave no gap between them, so that a row which only the device has is found.
            let bounds = KeyRange(
                lower: part == 0 ? range.lower : runs[first].lower,
                upper: part + 1 == count ? upper : runs[last].lower)
            parts.append(
                RangePart(
                    scope: scope.name, table: table.id, range: bounds,
                    count: UInt64(digest.count), hash: digest.root))
        }
        return parts
    }
}
