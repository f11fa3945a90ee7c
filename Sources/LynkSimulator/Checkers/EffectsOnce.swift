import LynkCore
import LynkEngine
import LynkStore

/// Each accepted change set counts once: entries and their sum, as the hub derived them, are those
/// of the distinct accepted change sets; and so is what was added to the counters of rows.
final class EffectsOnce: Checker {
    static let name = "EffectsOnce"
    static let invariant = "I2"

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .hubReplaced, .rested: break
        case .committed: guard world.truth.log.count % 8 == 0 else { return }
        default: return
        }
        try checkTallies(world)
        try checkCounters(world)
    }

    private func applied(_ world: World) -> [Commit] {
        var seen: Set<ContentID> = []
        return world.truth.log.filter { $0.isApplied && seen.insert($0.subject).inserted }
    }

    private func checkTallies(_ world: World) throws {
        var expected: [String: (count: Int64, sum: Int64)] = [:]
        var keys: Set<RowKey> = []
        for commit in applied(world) {
            for change in commit.changes where change.table == SimulatedApplication.entry.id {
                guard let area = change.put(1)?.textValue, change.kind == .insert else { continue }
                guard keys.insert(change.key).inserted else { continue }
                expected[area, default: (0, 0)].count += 1
                expected[area, default: (0, 0)].sum &+= change.put(4)?.integerValue ?? 0
            }
        }
        for row in world.hub.presentRows(SimulatedApplication.tally.id) {
            let area = row.values[0].textValue ?? ""
            let meant = expected.removeValue(forKey: area) ?? (0, 0)
            guard row.values[1] == .integer(meant.count), row.values[2] == .integer(meant.sum)
            else {
                throw breach(
                    "the tally of \(area) is \(row.values[1]), \(row.values[2]); its entries make "
                        + "\(meant)")
            }
        }
        guard expected.isEmpty else { throw breach("no tally of \(expected.keys.sorted())") }
    }

    /// Counters of rows that were never deleted: a plain sum over who was accepted.
    private func checkCounters(_ world: World) throws {
        for table in [SimulatedApplication.board, SimulatedApplication.card] {
            var sums: [RowKey: Int64] = [:]
            var hasDeletes: Set<RowKey> = []
            var writers: [RowKey: Set<ContentID>] = [:]
            for commit in applied(world) {
                for change in commit.changes + commit.consequences where change.table == table.id {
                    if change.kind == .delete { hasDeletes.insert(change.key) }
                    for add in change.adds where add.field == 4 {
                        // What the office adds, it adds as itself; who repeats another's is none.
                        if commit.isByHub, !world.truth.byHub.contains(commit.oid) { continue }
                        sums[change.key, default: 0] &+= add.delta
                        writers[change.key, default: []].insert(commit.subject)
                    }
                }
            }
            for row in world.hub.presentRows(table.id) where !hasDeletes.contains(row.key) {
                guard row.values[3] == .integer(sums[row.key] ?? 0) else {
                    throw breach(
                        "\(table.name) \(row.key) counts \(row.values[3]), its "
                            + "\(writers[row.key]?.count ?? 0) change sets make "
                            + "\(sums[row.key] ?? 0)")
                }
            }
        }
    }
}

/// Each change set has one terminal receipt: a repeat says the same, and what was applied is never
/// refused afterwards. A hub that was restored may give it another dot.
final class OneReceipt: Checker {
    static let name = "OneReceipt"
    static let invariant = "I3"

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .took(let device, _, .recorded(let receipts)):
            for receipt in receipts { try check(receipt, of: device, world) }
        case .rested:
            for device in world.everyDevice where !device.isRevoked { try total(device, world) }
        default: return
        }
    }

    private func check(
        _ receipt: Receipt, of device: SimulatedDevice, _ world: World
    ) throws {
        if let first = device.receipts[receipt.oid], first.dot == receipt.dot {
            guard first.disposition == receipt.disposition, first.effective == receipt.effective,
                first.problem?.code == receipt.problem?.code
            else {
                throw breach(
                    "\(receipt.oid.short) was \(first.disposition.rawValue), now "
                        + receipt.disposition.rawValue, device: device)
            }
        } else if device.receipts[receipt.oid] != nil, world.truth.hubRestores == 0 {
            throw breach("\(receipt.oid.short) got a second dot", device: device)
        }
        device.receipts[receipt.oid] = receipt
    }

    /// At rest everything that a device keeps has the receipt that the hub's log has.
    private func total(_ device: SimulatedDevice, _ world: World) throws {
        var log: [ContentID: Commit] = [:]
        for commit in world.truth.log where commit.decides == nil { log[commit.oid] = commit }
        let receipts = Dictionary(
            device.replica.receipts().map { ($0.oid, $0) }, uniquingKeysWith: { $1 })
        for oid in device.replica.inspect().kept {
            guard let commit = log[oid] else {
                throw breach("\(oid.short) is kept and not in the log", device: device)
            }
            guard let receipt = receipts[oid] else {
                throw breach("\(oid.short) has no receipt", device: device)
            }
            // What a copy sent again to a restored hub has another dot there; that copy was told.
            let isCopied = world.truth.clones > 0 && world.truth.hubRestores > 0
            let isSame =
                receipt.disposition == commit.disposition && receipt.dot == commit.dot
                && receipt.effective == commit.effective
            guard
                isSame
                    || isCopied && receipt.disposition.isApplied == commit.disposition.isApplied
            else {
                throw breach(
                    "\(oid.short) is \(receipt.disposition.rawValue) \(receipt.dot.number) at the "
                        + "device, \(commit.disposition.rawValue) \(commit.dot.number) at the hub",
                    device: device)
            }
        }
    }
}
