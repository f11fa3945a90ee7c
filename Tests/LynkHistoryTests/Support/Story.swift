import LynkHistory

/// A history written by hand: each call is one moment later.
struct Story {
    private(set) var records: [Record] = []
    private var now: Int64 = 0

    mutating func tell(_ session: String, _ event: Event) {
        now += 1
        records.append(Record(at: now, by: session, event))
    }

    /// A write that began and ended; its oid is its name.
    mutating func write(_ session: String, _ name: String, _ cells: Cell...) {
        tell(session, .writing(write: name, cells: cells))
        tell(session, .wrote(write: name, oid: name))
    }

    mutating func read(_ session: String, _ cells: Cell..., gone: [String] = []) {
        tell(session, .read(shown: cells, gone: gone, isWhole: false))
    }

    mutating func receipt(_ session: String, _ oid: String, _ disposition: String = "accepted") {
        tell(session, .receipt(oid: oid, disposition: disposition, problem: nil))
    }

    /// The hub and the devices end with these rows, the books with what follows from them.
    mutating func end(_ devices: [String], _ cells: Cell..., books: Books? = nil) {
        for session in devices { end(session, cells) }
        end(Record.hub, cells)
        tell(Record.hub, .books(books ?? Self.books(cells)))
    }

    mutating func end(
        _ session: String, _ cells: [Cell], pending: Int = 0, isEqual: Bool = true,
        incidents: [String] = []
    ) {
        tell(session, .read(shown: cells, gone: [], isWhole: true))
        tell(
            session,
            .finished(pending: pending, isEqual: isEqual, incidents: incidents))
    }

    static func books(_ cells: [Cell]) -> Books {
        let amounts = cells.compactMap(\.amount)
        return Books(
            payments: amounts.count, collected: amounts.reduce(0, +), difference: 0, drift: 0)
    }

    /// What the checker finds, each kind once, in the order of the story.
    var kinds: [Anomaly.Kind] {
        var kinds: [Anomaly.Kind] = []
        for anomaly in HistoryCheck(records).anomalies where !kinds.contains(anomaly.kind) {
            kinds.append(anomaly.kind)
        }
        return kinds
    }
}
