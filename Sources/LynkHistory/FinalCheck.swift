/// Looks at the end of a history: everybody has the same, nothing is gone unexplained, and the
/// money is there once.
struct FinalCheck {
    private let history: History
    private let last: LastStates
    private(set) var anomalies: [Anomaly] = []

    /// - Parameter history: after a ``SessionCheck``, which finds what each author knew.
    init(_ history: History) {
        self.history = history
        last = LastStates(history.records)
    }

    mutating func run() {
        guard let hub = last.hub else {
            report(.malformed, Record.hub, "nobody tells how the hub ended")
            return
        }
        for device in last.devices { settled(device, hub) }
        answers()
        for (index, write) in history.writes.enumerated() { kept(index, write, hub) }
        money(hub)
    }

    private mutating func report(_ kind: Anomaly.Kind, _ session: String, _ detail: String) {
        anomalies.append(Anomaly(kind, session, detail))
    }

    // MARK: convergence

    private mutating func settled(_ device: LastStates.Device, _ hub: [String: Cell]) {
        let session = device.session
        if device.pending != 0 {
            report(.notSettled, session, "\(device.pending) change sets have no receipt")
        }
        if !device.isEqual { report(.notSettled, session, "its digest is not the hub's") }
        for incident in device.incidents where !isExplained(incident) {
            report(.incident, session, incident)
        }
        let expected = hub.filter { history.isSeen($0.key, by: session) }
        let keys = Set(expected.keys).union(device.rows.keys)
        let different = keys.filter { expected[$0] != device.rows[$0] }.sorted()
        guard let first = different.first else { return }
        report(
            .differsFromHub, session,
            "\(different.count) keys, the first \(first): \(Self.text(device.rows[first])) here, "
                + "\(Self.text(expected[first])) at the hub")
    }

    private static func text(_ cell: Cell?) -> String {
        guard let cell else { return "nothing" }
        return cell.amount.map { "\(cell.value) of \($0)" } ?? cell.value
    }

    /// A device that meets a restored hub says so, and keeps what left its tables.
    private func isExplained(_ incident: String) -> Bool {
        !last.restores.isEmpty
            && (incident.hasPrefix("rollback_notice") || incident.hasPrefix("rolled_back_row"))
    }

    // MARK: nothing is lost

    private mutating func answers() {
        for (oid, answers) in last.receipts.sorted(by: { $0.key < $1.key }) {
            let told = Set(answers.map(\.disposition))
            // After a restore the hub judges anew, over what else came back by then.
            if last.restores.isEmpty, told.count > 1 {
                report(
                    .receiptsDiffer, Record.hub,
                    "\(oid): \(told.sorted().joined(separator: ", "))")
            }
            for answer in answers
            where LastStates.refusals.contains(answer.disposition) && answer.problem == nil {
                report(.refusedWithoutReason, Record.hub, "\(oid) is \(answer.disposition)")
            }
        }
    }

    private mutating func kept(_ index: Int, _ write: History.Write, _ hub: [String: Cell]) {
        guard write.happened else { return }
        let session = history.sessions[write.session]
        let isRefused = last.isRefused(write.oid)
        for cell in write.cells {
            let key = history.keys[cell.key]
            let isThere = hub[key]?.value == history.values[cell.value]
            if isThere {
                if isRefused, last.restores.isEmpty {
                    report(.refusedWriteVisible, session, "\(key) shows \(write.name)")
                }
                continue
            }
            if isRefused, !hasComeBack(write, hub) { continue }
            if mayBeGone(index) { continue }
            if cell.amount != nil {
                report(.lostPayment, session, "\(write.name) is not at the hub: \(key)")
            } else if !isOverwritten(index, cell.key, by: hub[key]), !isDecided(cell) {
                report(
                    .lostWrite, session,
                    "\(key) = \(write.name) is not at the hub, which has \(Self.text(hub[key]))")
            }
        }
    }

    /// Whether the rows are there for which a restored hub let this write wait: then it does no
    /// longer.
    private func hasComeBack(_ write: History.Write, _ hub: [String: Cell]) -> Bool {
        write.hasWaited && write.cells.allSatisfy { hub[history.keys[$0.key]] != nil }
    }

    /// Whether somebody who knew this write has written the key again.
    private func isOverwritten(_ index: Int, _ key: Int, by last: Cell?) -> Bool {
        // What stands at the hub is not gone, whatever became of its device.
        if let writer = last.flatMap({ history.writer(of: $0) }),
            history.isKnown(index, by: writer)
        {
            return true
        }
        return history.byKey[key].contains { _, writes in
            // What an author knew only grows, so its last write tells.
            writes.last { hasArrived($0, key) }
                .map { history.isKnown(index, by: $0) } ?? false
        }
    }

    /// Whether the hub has had it: also what lost a conflict there was not lost with its device.
    private func hasArrived(_ index: Int, _ key: Int) -> Bool {
        let write = history.writes[index]
        guard write.happened else { return false }
        return !mayBeGone(index) || write.cells.contains { $0.key == key && isDecided($0) }
    }

    private func mayBeGone(_ index: Int) -> Bool {
        let write = history.writes[index]
        // Who saw it has it from the hub, and loses it with the hub.
        return (!write.isObservedElsewhere || !last.restores.isEmpty)
            && last.mayBeLost(write, history.sessions[write.session])
    }

    private func isDecided(_ cell: (key: Int, value: Int, amount: Int64?)) -> Bool {
        last.conflicts[history.keys[cell.key]]?.contains(history.values[cell.value]) ?? false
    }

    // MARK: money

    private mutating func money(_ hub: [String: Cell]) {
        let payments = hub.values.filter { $0.amount != nil }
        var keys: [String: String] = [:]
        for payment in payments.sorted(by: { $0.key < $1.key }) {
            if let other = keys.updateValue(payment.key, forKey: payment.value) {
                report(
                    .paymentTwice, Record.hub, "\(payment.value) is \(other) and \(payment.key)")
            }
        }
        guard let books = last.books else {
            report(.malformed, Record.hub, "nobody asked for the books")
            return
        }
        let sum = payments.reduce(0) { $0 + ($1.amount ?? 0) }
        if books.payments != payments.count || books.collected != sum {
            report(
                .sumDiffers, Record.hub,
                "the books have \(books.payments) payments of \(books.collected), "
                    + "the rows \(payments.count) of \(sum)")
        }
        if books.difference != 0 {
            report(.booksUnbalanced, Record.hub, "debits less credits are \(books.difference)")
        }
        if books.drift != 0 {
            report(.drift, Record.hub, "\(books.drift) figures differ from the journal")
        }
    }
}
