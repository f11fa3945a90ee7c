import LynkCore

extension HubTransaction {
    /// Takes note of eras and receipts that this hub has lost and a device still knows.
    ///
    /// Only of eras that the request itself names, in its cursor, a context or a receipt that this
    /// hub signed, and of their parents: a record stays for ever and costs every later comparison.
    func learn(_ claims: PushClaims, for changeSets: [SealedChangeSet]) throws {
        proven = [:]
        let key = state.keys.signing.publicKey
        var named = Set(claims.vector.entries.keys)
        for sealed in changeSets { named.formUnion(sealed.content.context.entries.keys) }
        for proof in claims.proofs
        where ReceiptSigning.verifies(proof, key: key, message: Storage.message) {
            for receipt in proof.entries {
                proven[receipt.oid] = receipt
                named.insert(receipt.dot.era)
                state.clock.observe(receipt.effective)
            }
        }
        // Parents come first, so going backwards meets each era after all that inherit it.
        for record in claims.eras.reversed() where named.contains(record.era) {
            named.formUnion(record.parents.entries.keys)
        }
        for record in claims.eras
        where named.contains(record.era) && state.eraHandles[record.era] == nil {
            // Parents first; an era whose parents are unknown would seem to have inherited nothing.
            guard record.parents.entries.keys.allSatisfy({ state.eraHandles[$0] != nil }) else {
                continue
            }
            let era = HubEra(
                handle: UInt32(state.eraList.count), record: record, base: nil)
            try storage.insert(era)
            state.add(era)
        }
    }

    /// Why a push is refused before any of it is read: another's lane, another copy of the device,
    /// eras that nobody has told this hub of.
    func refusal(of changeSets: [SealedChangeSet], push: Push) -> Problem? {
        if let lane = lane(push.lane), lane.device != push.principal.device {
            return Problem(.laneForked, "the lane belongs to another device")
        }
        let ratchet = state.lane(push.lane)?.ratchet ?? Ratchet()
        let reading = ratchet.read(
            push.claims.ratchet, lane: push.lane, key: state.keys.ratchet)
        if reading == .spent {
            return Problem(.laneForked, "another copy of the device has gone on in this lane")
        }
        // Asked once only: a device that has forgotten them too must not wait for ever. Its
        // contexts are truncated then, which costs false conflicts and nothing else.
        if state.askedForEras.contains(push.lane) { return nil }
        for sealed in changeSets {
            let context = sealed.content.context
            if let era = context.entries.keys.first(where: { state.eraHandles[$0] == nil }) {
                state.askedForEras.insert(push.lane)
                return Problem(.hubRolledBack, "the era \(era) is not known here")
            }
            // Its author has seen what was lost here, and perhaps proves times that were lost too:
            // they come before anything is timed anew.
            if push.claims.proofs.isEmpty, !state.eras.isContained(context, in: state.vector) {
                state.askedForEras.insert(push.lane)
                return Problem(.hubRolledBack, "\(sealed.oid.short) knows what is not here")
            }
        }
        return nil
    }

    func advanceRatchet(of push: Push) -> [UInt8] {
        guard let handle = state.laneHandles[push.lane] else { return [] }
        dirtyLanes.insert(handle)
        return state.lanes[Int(handle)].ratchet.advance(
            presented: push.claims.ratchet, lane: push.lane, key: state.keys.ratchet)
    }

    /// A change set that came back by another way first: its lost dot is a second name for it.
    func alias(_ receipt: Receipt) throws {
        guard let lost = proven.removeValue(forKey: receipt.oid)?.dot, lost != receipt.dot,
            let position = try storage.position(of: receipt.oid),
            !state.aliases.contains(where: { $0.lost == lost })
        else { return }
        let alias = DotAlias(lost: lost, position: position)
        try storage.insert(alias)
        state.aliases.append(alias)
    }
}
