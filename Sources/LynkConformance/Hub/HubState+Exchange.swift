/// The hub's side of one exchange (05-exchange.md).
extension HubState {
    /// What the hub answers, message by message, and what the client broke.
    struct Reply {
        var frames: [RawFrame] = []
        var breaches: [String] = []
        /// The push was taken.
        var taken = 0
    }

    mutating func exchange(_ upload: Upload, as device: Enrolled, now: UInt64) -> Reply {
        var reply = Reply()
        reply.breaches = breaches(of: upload, device)
        let lacksCursor = isLost(upload)
        var refusal: (code: String, verdict: UInt64)?
        var told: [Answer.Receipt] = []
        if !upload.changeSets.isEmpty {
            refusal = refuse(upload, device)
            if refusal == nil { told = take(upload, now) }
        }
        reply.taken = told.count
        var verdict = refusal?.verdict ?? 0
        if lacksCursor, verdict != 3 { verdict = 4 }
        let ratchet = told.isEmpty ? [] : turn(upload.lane, presented: upload.ratchet)
        reply.frames.append(
            RawFrame(0x10, welcome(upload, refusal?.code, verdict, ratchet, now).encoded))
        if !told.isEmpty {
            reply.frames.append(RawFrame(0x11, receipts(told).encoded))
            reply.frames.append(RawFrame(0x16, CBORItem.bytes(proof(told)).encoded))
        }
        reply.frames += pages(after: lacksCursor ? 0 : upload.position)
        reply.frames.append(RawFrame(0x13, checkpoint(upload.lane).encoded))
        return reply
    }

    /// What of a request no writer of the book does.
    private func breaches(of upload: Upload, _ device: Enrolled) -> [String] {
        var found: [String] = []
        func expect(_ holds: Bool, _ rule: String, _ what: String) {
            if !holds { found.append("\(rule): \(what)") }
        }
        expect(upload.device == device.id, "E4", "a hello of another device than the token's")
        let last = upload.changeSets.last
        expect(
            (last == nil) == upload.signature.isEmpty, "C3",
            "a signature without change sets, or none with them")
        for (before, next) in zip(upload.changeSets, upload.changeSets.dropFirst()) {
            expect(next.previous == before.oid, "C3", "a push that is no unbroken chain")
            expect(next.claimed > before.claimed, "T5", "claimed times that do not ascend")
        }
        for one in upload.changeSets {
            expect(one.device == device.id, "C2", "a change set of another device")
        }
        if let last {
            expect(
                SigningKey.verifies(
                    upload.signature, by: device.publicKey, "lynk-change-set-1", last.oid),
                "C3", "a signature that does not verify")
            let isNamed = upload.head?.oid == last.oid || receipts[last.oid] != nil
            expect(isNamed, "X14", "a head that is not the push's last")
        }
        return found
    }

    /// A cursor whose commit, or a kept head, that this hub does not have (X30).
    private func isLost(_ upload: Upload) -> Bool {
        guard upload.keptHeads.allSatisfy({ receipts[$0] != nil }) else { return true }
        guard upload.position > 0 else {
            return upload.vector.contains { entry in !knows(entry.key, entry.value) }
        }
        guard upload.position <= position else { return true }
        return !upload.chain.isEmpty && upload.chain != chain(at: upload.position)
    }

    private func knows(_ era: [UInt8], _ number: UInt64) -> Bool {
        if era == eras.last?.id { return number <= self.number }
        return eras.contains { ($0.parents[era] ?? 0) >= number }
    }

    private func refuse(_ upload: Upload, _ device: Enrolled) -> (code: String, verdict: UInt64)? {
        guard let first = upload.changeSets.first, let last = upload.changeSets.last else {
            return nil
        }
        guard
            SigningKey.verifies(
                upload.signature, by: device.publicKey, "lynk-change-set-1", last.oid)
        else { return ("signature_invalid", 0) }
        if let previous = first.previous, receipts[previous] == nil { return ("chain_gap", 2) }
        let lane = lanes[upload.lane]
        guard let lane else { return nil }
        if lane.device != device.id || !isGood(upload.ratchet, at: lane) {
            return ("lane_forked", 3)
        }
        if let fresh = upload.changeSets.first(where: { receipts[$0.oid] == nil }),
            let tip = lane.oids.last, fresh.previous != tip
        {
            return ("lane_forked", 3)
        }
        return nil
    }

    private mutating func take(_ upload: Upload, _ now: UInt64) -> [Answer.Receipt] {
        var told: [Answer.Receipt] = []
        for one in upload.changeSets {
            if var known = receipts[one.oid] {
                known.isRepeat = true
                told.append(known)
                continue
            }
            let judgement =
                judgements.isEmpty ? Judgement(disposition: "accepted") : judgements.removeFirst()
            let stamp = commit(one.oid, judgement.disposition, now: now)
            if !["rejected", "quarantined"].contains(judgement.disposition) {
                for change in one.changes { apply(change, stamp, upload.lane) }
            }
            let receipt = Answer.Receipt(
                oid: one.oid, disposition: judgement.disposition,
                dot: .init(era: stamp.era, number: stamp.number), effective: stamp.effective,
                code: judgement.code, isRepeat: false)
            receipts[one.oid] = receipt
            lanes[upload.lane, default: Lane(device: one.device)].oids.append(one.oid)
            chains[one.device] = one.oid
            told.append(receipt)
        }
        return told
    }

    private mutating func apply(_ change: CBORItem, _ stamp: PageRows.Stamp, _ lane: [UInt8]) {
        guard let parts = try? change.list("change", of: 4...6),
            let table = try? parts[0].number("table"), let key = try? parts[1].id("key"),
            let kind = try? parts[2].number("kind"),
            let groups = try? parts[3].groups("puts", of: 2)
        else { return }
        let name = PageRows.Name(table: table, key: key)
        guard kind != 2 else {
            rows[name] = nil
            removed[name] = position
            return
        }
        var puts: [UInt64: CBORItem] = [:]
        for group in groups {
            if let field = try? group[0].number("field") { puts[field] = group[1] }
        }
        put(name, puts, stamp, author: lane)
    }

    /// The token for the lane's next push (X31). Who repeats with the one before gets the current
    /// one again.
    private mutating func turn(_ lane: [UInt8], presented: [UInt8]) -> [UInt8] {
        guard var known = lanes[lane] else { return [] }
        if known.ratchet.isEmpty || presented != known.ratchetBefore || presented == known.ratchet {
            let count = max(Self.ordinal(known.ratchet), Self.ordinal(presented)) + 1
            known.ratchetBefore = presented
            known.ratchet = token(count)
        }
        lanes[lane] = known
        return known.ratchet
    }

    private func token(_ count: UInt64) -> [UInt8] {
        let counted = bigEndian(count, 8)
        return counted + Hashing.sha256(digestKey + hub + counted).prefix(8)
    }

    private static func ordinal(_ token: [UInt8]) -> UInt64 {
        token.count == 16 ? bigEndian(token.prefix(8)) : 0
    }

    /// The current token, the one before it, or one of this hub from after what it remembers.
    private func isGood(_ token: [UInt8], at lane: Lane) -> Bool {
        if token == lane.ratchet || token == lane.ratchetBefore { return true }
        let count = Self.ordinal(token)
        return count > Self.ordinal(lane.ratchet) && token == self.token(count)
    }
}
