import LynkCore

/// Where a pull stood after a page, as bytes that a device hands back when the pull broke off.
extension PullState {
    private static let version: UInt8 = 2
    private static let numberCount = 8

    /// Empty when nothing was there to read.
    func mark(_ reads: some HubReads) throws -> [UInt8] {
        guard hasMarks, let final = parts.last, let log = try reads.log(at: target)
        else { return [] }
        // Between two rounds it stands at the end of the last part.
        let isEnd = part >= parts.count
        let scope = isEnd ? final.scope : parts[part].scope
        let last = isEnd ? ChangeEntry.end(of: target) : last
        var bytes = [Self.version]
        for number in [
            cursor, target, floor, Int64(newestScope), Int64(scope), last.position, last.table,
            last.row,
        ] { withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) } }
        return bytes + log.chain.prefix(CommitChain.shortBytes) + scopeSetHash
    }

    /// Goes on after a page whose mark this is.
    ///
    /// - Parameters:
    ///   - scopes: the device's set now.
    ///   - born: all scopes of the tenant that have a handle.
    /// - Returns: whether the mark is of this pull: same cursor, same commits, and the same scopes
    ///   or those and some that were born since. No row that went out before can be in these.
    mutating func resume(
        at mark: [UInt8], in scopes: Set<Scope>, _ born: [Scope: HubScope], _ reads: some HubReads
    ) throws -> Bool {
        let fixed = 1 + Self.numberCount * 8
        guard mark.count > fixed + CommitChain.shortBytes, mark[0] == Self.version else {
            return false
        }
        let numbers = (0..<Self.numberCount).map { index in
            mark[(1 + 8 * index)..<(9 + 8 * index)].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        }
        let chain = mark[fixed...].prefix(CommitChain.shortBytes)
        let hash = Array(mark[(fixed + CommitChain.shortBytes)...])
        guard numbers[0] == cursor, numbers[1] <= target, numbers[2] >= 0,
            numbers[2] <= numbers[1],
            let part = parts.firstIndex(where: { Int64($0.scope) == numbers[4] }),
            // What was deleted since may be forgotten, and the device has it in its inbox.
            try numbers[1] >= reads.floor(), let log = try reads.log(at: numbers[1]),
            chain.elementsEqual(log.chain.prefix(CommitChain.shortBytes)),
            try hash == scopeSetHash
                || hasOnlyGrown(from: hash, to: scopes, born, since: numbers[3], reads)
        else { return false }
        target = numbers[1]
        floor = numbers[2]
        newestScope = UInt32(clamping: numbers[3])
        self.part = part
        last = ChangeEntry(position: numbers[5], table: numbers[6], row: numbers[7])
        hasPages = true
        return true
    }

    private func hasOnlyGrown(
        from hash: [UInt8], to scopes: Set<Scope>, _ born: [Scope: HubScope], since newest: Int64,
        _ reads: some HubReads
    ) throws -> Bool {
        guard let opening,
            let before = try reads.scopeSet(of: opening.principal.device, hash: hash)?.scopes,
            scopes.isSuperset(of: before)
        else { return false }
        return scopes.subtracting(before).allSatisfy { name in
            born[name].map { Int64($0.handle) > newest } ?? true
        }
    }
}
