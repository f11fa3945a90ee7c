import LynkCore

/// Where a pull stood after a page, as bytes that a device hands back when the pull broke off.
extension PullState {
    private static let version: UInt8 = 1

    /// Empty in later rounds: going on there would need what the first one started from.
    func mark(_ reads: some HubReads) throws -> [UInt8] {
        guard hasMarks, floor == 0, part < parts.count, let log = try reads.log(at: target)
        else { return [] }
        var bytes = [Self.version]
        for number in [
            cursor, target, Int64(parts[part].scope), last.position, last.table, last.row,
        ] { withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) } }
        return bytes + log.chain.prefix(CommitChain.shortBytes) + scopeSetHash
    }

    /// Goes on after a page whose mark this is.
    ///
    /// - Returns: whether the mark is of this pull: same cursor, same scopes, same commits.
    mutating func resume(at mark: [UInt8], _ reads: some HubReads) throws -> Bool {
        let fixed = 1 + 6 * 8
        guard mark.count > fixed + CommitChain.shortBytes, mark[0] == Self.version else {
            return false
        }
        let numbers = (0..<6).map { index in
            mark[(1 + 8 * index)..<(9 + 8 * index)].reduce(Int64(0)) { $0 << 8 | Int64($1) }
        }
        let rest = mark[fixed...]
        guard numbers[0] == cursor, numbers[1] <= target,
            let part = parts.firstIndex(where: { Int64($0.scope) == numbers[2] }),
            let chain = try reads.log(at: numbers[1])?.chain,
            rest.elementsEqual(chain.prefix(CommitChain.shortBytes) + scopeSetHash)
        else { return false }
        target = numbers[1]
        self.part = part
        last = ChangeEntry(position: numbers[3], table: numbers[4], row: numbers[5])
        return true
    }
}
