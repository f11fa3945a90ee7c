import LynkCore
import LynkEngine
import LynkStore

/// Every payment that a collector entered is at the hub once, as it was entered, or its bytes are
/// kept there for people, or a device still has it; and the hub has none that nobody entered.
final class PaymentsOnce: Checker {
    static let name = "PaymentsOnce"
    static let invariant = "I1, I2, I29"

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .hubReplaced, .rested: break
        case .committed: guard world.truth.log.count % 16 == 0 else { return }
        default: return
        }
        var commits: [ContentID: [Commit]] = [:]
        for commit in world.truth.log { commits[commit.subject, default: []].append(commit) }
        let rows = Dictionary(
            world.books(.payment).map { ($0.key, $0) }, uniquingKeysWith: { first, _ in first })
        var kept: Set<ContentID> = []
        for device in world.everyDevice { kept.formUnion(device.replica.inspect().kept) }
        for oid in world.truth.order {
            guard let written = world.truth.written[oid], !written.isForged else { continue }
            for change in written.content.changes
            where change.table == BookTable.payment.id && change.kind == .insert {
                let fate = commits[oid] ?? []
                guard !fate.isEmpty || kept.contains(oid) || world.truth.excused.contains(oid)
                else {
                    throw breach("the payment \(change.key) of d\(written.slot) is lost")
                }
                try check(change, rows[change.key], fate, world)
            }
        }
        try checkEntered(rows, world)
    }

    private func check(
        _ change: RowChange, _ row: BookRow?, _ fate: [Commit], _ world: World
    ) throws {
        guard let last = fate.last else { return }
        if last.isApplied {
            for column in ["retailer", "worker", "amount", "method", "reference"] {
                let stated = BookTable.payment.value(column, in: change)
                guard let row else { throw breach("the payment \(change.key) has no row") }
                guard stated == nil || row[column] == stated else {
                    throw breach(
                        "\(column) of the payment \(change.key) is \(row[column]), entered as "
                            + "\(stated ?? .null)")
                }
            }
        }
        // A person may end a quarantine; nobody else may send money back.
        guard fate.first?.disposition != .rejected else {
            throw breach("the payment \(change.key) was rejected, which no money may be")
        }
    }

    /// Nobody's money is not there.
    private func checkEntered(_ rows: [RowKey: BookRow], _ world: World) throws {
        var entered: Set<RowKey> = []
        for commit in world.truth.log where commit.isApplied {
            for change in commit.changes
            where change.table == BookTable.payment.id && change.kind == .insert {
                entered.insert(change.key)
            }
        }
        if let odd = Set(rows.keys).symmetricDifference(entered).min() {
            let isThere = rows[odd] != nil
            throw breach("the payment \(odd) is there \(isThere), entered \(!isThere)")
        }
    }
}

/// A collector's device holds its own payments and what belongs to the shops that the collector
/// visits, reckoned from the rows of the office and not by the application's own scopes.
final class PaymentVisibility: Checker {
    static let name = "PaymentVisibility"
    static let invariant = "I30, P7"
    private static let ofOffice = ["claim", "journal_entry", "posting", "exception"]
    private static let ofShops = ["invoice", "invoice_line", "allocation", "collection_notice"]

    func check(_ moment: Moment, in world: World) throws {
        switch moment {
        case .took(let device, _, .applied): try checkAlways(device)
        case .rested:
            for device in world.everyDevice where !device.isRevoked {
                try checkAlways(device)
                try checkShops(device, world)
            }
        default: return
        }
    }

    private func checkAlways(_ device: SimulatedDevice) throws {
        guard device.principal.role == "worker" else { return }
        for payment in device.confirmedBooks(.payment)
        where payment["worker"] != .key(device.person) {
            throw breach("the payment \(payment.key) is another worker's", device: device)
        }
        for name in Self.ofOffice {
            guard let table = device.schema.table(named: name),
                let row = device.replica.confirmedRows(table.id).first
            else { continue }
            throw breach("\(name) \(row.key) is the office's alone", device: device)
        }
    }

    private func checkShops(_ device: SimulatedDevice, _ world: World) throws {
        guard device.principal.role == "worker" else { return }
        let areas = Set(
            world.books(.worker).first { $0.key == device.person }?.keys("area_ids") ?? [])
        var visited: Set<RowKey> = []
        for shop in world.books(.retailer) where shop["active"] == 1 {
            let direct = shop.keys("direct_worker_ids")
            let isVisited =
                direct.isEmpty
                ? shop["area"].keyValue.map(areas.contains) ?? false
                : direct.contains(device.person)
            if isVisited { visited.insert(shop.key) }
        }
        if let shop = device.confirmedBooks(.retailer).first(where: { !visited.contains($0.key) }) {
            throw breach("the shop \(shop.text("code")) is not visited", device: device)
        }
        for name in Self.ofShops {
            guard let table = device.schema.table(named: name),
                let ordinal = table.ordinal(named: "retailer")
            else { continue }
            for row in device.replica.confirmedRows(table.id) {
                guard let shop = row.values[ordinal].keyValue, !visited.contains(shop) else {
                    continue
                }
                throw breach("\(name) \(row.key) is of a shop not visited", device: device)
            }
        }
    }
}
