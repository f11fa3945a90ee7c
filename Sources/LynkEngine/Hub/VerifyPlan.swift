import LynkCore

/// Answers one step of range repair from one snapshot.
struct VerifyPlan {
    let request: VerifyRequest
    let principal: Principal
    let now: HybridTimestamp

    func answer<Reads: HubReads>(
        _ reads: Reads, application: any Application, hasher: some RowHashing
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
                guard rangesLeft > 0 else { break }
                rangesLeft -= 1
                let part = RangeOfRows(scope: scope, table: ask.table, range: range)
                let rows = try part.rows(reads)
                if rows.count <= Limits.verifyRowsPerRange {
                    pages.append(try part.page(rows, reads))
                } else {
                    var hasher = hasher
                    parts += try part.split(
                        rows.map(\.key), reads, application.schema, eras, &hasher)
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

/// The rows of one table and scope whose keys are in a range.
private struct RangeOfRows {
    let scope: HubScope
    let table: TableID
    let range: KeyRange

    func rows(_ reads: some HubReads) throws -> [(number: Int64, key: RowKey)] {
        var rows: [(number: Int64, key: RowKey)] = []
        try reads.rows(of: table, in: range) { number, row in
            if row.record.scopes.contains(scope.handle) { rows.append((number, row.key)) }
        }
        return rows
    }

    func page(
        _ rows: [(number: Int64, key: RowKey)], _ reads: some HubReads
    ) throws -> [UInt8] {
        let page = try reads.makePage()
        for row in rows {
            try page.append(row: row.number, of: table) { _ in [scope.handle] }
        }
        return try page.finish(mark: [])
    }

    /// As many parts as a device is to compare next, of equal counts but for the last.
    func split(
        _ keys: [RowKey], _ reads: some HubReads, _ schema: Schema, _ eras: [HubEra],
        _ hasher: inout some RowHashing
    ) throws -> [RangePart] {
        guard let table = schema.table(table) else { return [] }
        let size = (keys.count + Limits.verifyPartsPerRange - 1) / Limits.verifyPartsPerRange
        let starts = stride(from: 0, to: keys.count, by: size).map { $0 }
        var parts: [RangePart] = []
        for (index, start) in starts.enumerated() {
            // Parts leave no gap between them, so that a row which only the device has is found.
            let lower = index == 0 ? range.lower : keys[start]
            let upper = index + 1 < starts.count ? keys[starts[index + 1]] : range.upper
            let bounds = KeyRange(lower: lower, upper: upper)
            var digest = SetDigest()
            let prefix = hasher.prefix(scope.handle, name: { _ in scope.name })
            try reads.rows(of: table.id, in: bounds) { _, row in
                guard row.record.scopes.contains(scope.handle) else { return }
                hasher.write(row, of: table, era: { eras[Int($0)].record.era })
                hasher.insert(into: &digest, prefix: prefix)
            }
            parts.append(
                RangePart(
                    scope: scope.name, table: table.id, range: bounds,
                    count: UInt64(digest.count), hash: digest.root))
        }
        return parts
    }
}
