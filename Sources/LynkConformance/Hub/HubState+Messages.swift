/// The messages of an answer, by the kit's own CBOR.
extension HubState {
    private func item(_ numbers: [[UInt8]: UInt64]) -> CBORItem {
        .array(
            numbers.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap {
                [CBORItem.bytes($0.key), .unsigned($0.value)]
            })
    }

    private func head(of lane: [UInt8]) -> CBORItem {
        guard let known = lanes[lane], let last = known.oids.last else { return .null }
        return .array([.bytes(lane), .unsigned(UInt64(known.oids.count)), .bytes(last)])
    }

    func welcome(
        _ upload: Upload, _ refusal: String?, _ verdict: UInt64, _ ratchet: [UInt8], _ now: UInt64
    ) -> CBORItem {
        var extensions: [CBORMember] = [
            .init(.unsigned(9), .bytes(key.publicKey))
        ]
        if verdict > 0 {
            extensions.append(.init(.unsigned(1), .bytes(CBORItem.unsigned(verdict).encoded)))
        }
        if !ratchet.isEmpty { extensions.append(.init(.unsigned(3), .bytes(ratchet))) }
        // Whoever lost commits asks for the eras that it may have lost with them.
        if verdict == 4 {
            extensions.append(.init(.unsigned(6), .bytes(CBORItem.bool(true).encoded)))
        }
        return .array([
            .unsigned(1), .bytes(hub),
            .array(eras.map { .array([.bytes($0.id), .bytes(hub), item($0.parents)]) }),
            head(of: upload.lane), .unsigned(max(now << 16, effective)), .bytes(digestKey),
            .array(
                scopes.keys.sorted { Array($0.utf8).lexicographicallyPrecedes($1.utf8) }
                    .map { .text($0) }),
            refusal.map { .array([.text($0), .text("as the case has it")]) } ?? .null,
            .map(extensions),
        ])
    }

    func receipts(_ told: [Answer.Receipt]) -> CBORItem {
        var eras: [[UInt8]] = []
        var flat: [CBORItem] = []
        let words = ["accepted", "merged", "held", "rejected", "quarantined"]
        var (number, effective): (UInt64, UInt64) = (0, 0)
        for one in told {
            if !eras.contains(one.dot.era) { eras.append(one.dot.era) }
            let problem: CBORItem? = one.code.map { code in
                CBORItem.array([.text(code), .text("as the case has it")])
            }
            flat += [
                .bytes(one.oid), .unsigned(UInt64(words.firstIndex(of: one.disposition) ?? 0)),
                .unsigned(UInt64(eras.firstIndex(of: one.dot.era) ?? 0)),
                .integer(Int64(bitPattern: one.dot.number &- number)),
                .integer(Int64(bitPattern: one.effective &- effective)), .unsigned(0),
                problem ?? .null, .bool(one.isRepeat),
            ]
            (number, effective) = (one.dot.number, one.effective)
        }
        return .array([.array(eras.map { .bytes($0) }), .array(flat)])
    }

    func proof(_ told: [Answer.Receipt]) -> [UInt8] {
        let entries = told.flatMap { one -> [CBORItem] in
            [
                .bytes(one.oid), .bytes(one.dot.era), .unsigned(one.dot.number),
                .unsigned(one.effective),
            ]
        }
        return key.sign("lynk-receipts-1", Hashing.sha256(CBORItem.array(entries).encoded))
    }

    func checkpoint(_ lane: [UInt8]) -> CBORItem {
        var digest = SetDigest()
        for stored in rows.values {
            for scope in stored.row.scopes where scopes[scope] != nil {
                digest.add(stored.row, in: scope, key: digestKey)
            }
        }
        var extensions: [CBORMember] = []
        if position > 0 { extensions.append(.init(.unsigned(1), .bytes(chain(at: position)))) }
        return .array([
            .unsigned(position), item(vector), head(of: lane), .bytes(scopeSet),
            .bytes(digest.root), .map(extensions),
        ])
    }

    private var scopeSet: [UInt8] {
        let names = scopes.keys.sorted().joined(separator: "\n")
        return Array(Hashing.sha256(Array(names.utf8)).prefix(16))
    }

    /// Pages of what changed after a position; a scope that was born later comes whole.
    func pages(after cursor: UInt64) -> [RawFrame] {
        let mine = rows.filter { _, stored in
            let told = stored.row.scopes.filter { scopes[$0] != nil }
            let born = told.compactMap { scopes[$0] }.max() ?? 0
            return !told.isEmpty && (stored.position > cursor || born > cursor)
        }
        let gone = cursor == 0 ? [] : removed.filter { $0.value > cursor }.map(\.key)
        var found: [RawFrame] = []
        let tables = Set(mine.keys.map(\.table)).union(gone.map(\.table)).sorted()
        for table in tables {
            let groups = Dictionary(grouping: mine.values.filter { $0.row.table == table }) {
                $0.row.scopes.filter { scopes[$0] != nil }
            }
            for (names, group) in groups.sorted(by: { $0.key.joined() < $1.key.joined() }) {
                let sorted = group.sorted { $0.row.key.lexicographicallyPrecedes($1.row.key) }
                for start in stride(from: 0, to: sorted.count, by: pageRowsMax) {
                    let part = Array(sorted[start..<min(start + pageRowsMax, sorted.count)])
                    found.append(frame(PageWriter(table, names, part, [], schema, columnCodec)))
                }
            }
            let keys = gone.filter { $0.table == table }.map(\.key)
            if !keys.isEmpty {
                found.append(frame(PageWriter(table, [], [], keys, schema, columnCodec)))
            }
        }
        return found
    }

    private func frame(_ page: PageWriter) -> RawFrame { RawFrame(0x12, page.item.encoded) }
}
