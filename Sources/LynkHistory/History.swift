/// Records in the order of time, with names replaced by small numbers.
struct History {
    enum Outcome { case done, failed, unknown }

    /// One change set.
    struct Write {
        let name: String
        let session: Int
        /// Among the writes of its session, from 1.
        let number: Int32
        let invoked: Int64
        let cells: [(key: Int, value: Int, amount: Int64?)]
        var outcome = Outcome.unknown
        var oid = ""
        /// Somebody has seen a part of it.
        var isObserved = false
        /// Another session than its own has.
        var isObservedElsewhere = false
        /// What its author knew: per session how many writes, itself included.
        var past: [Int32] = []
        /// The same, with what a restored hub has made its author forget.
        var known: [Int32] = []
        /// How many restores of the hub its author knew of.
        var epoch = 0
        /// A restored hub kept it until the births come back that it had lost.
        var hasWaited = false

        /// Whether it is certain that it was written.
        var happened: Bool { outcome == .done || (outcome == .unknown && isObserved) }
    }

    struct Place: Hashable {
        let key: Int
        let value: Int
    }

    let records: [Record]
    private(set) var sessions = Names()
    private(set) var keys = Names()
    private(set) var values = Names()
    var writes: [Write] = []
    /// Which write put this value there.
    private(set) var writers: [Place: Int] = [:]
    /// Writes of each session in their order.
    private(set) var bySession: [[Int]] = []
    /// Per key the writes that touch it: of each session that does, in their order.
    private(set) var byKey: [[(session: Int, writes: [Int])]] = []
    /// The beginnings of keys that a session sees, by its name; all when it is not there.
    private(set) var sees: [String: [String]] = [:]
    private(set) var anomalies: [Anomaly] = []
    /// Per change set the sessions that have an answer for it.
    private(set) var owners: [String: Set<String>] = [:]
    private var isRestored = false
    private var waiting: Set<String> = []
    /// Sessions that ended after a restore by the loss of their file: what a restored hub told them
    /// last may have gone with it.
    private var mute: Set<Int> = []

    init(_ unordered: [Record]) {
        // Records of one moment and session keep their order.
        records = unordered.enumerated()
            .sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
        var named: [String: Int] = [:]
        for record in records { take(record, &named) }
        byKey += Array(repeating: [], count: keys.count - byKey.count)
        for index in writes.indices {
            writes[index].hasWaited =
                waiting.contains(writes[index].oid) || mute.contains(writes[index].session)
        }
        for record in records {
            guard case .read(let shown, _, _) = record.event else { continue }
            for cell in shown { observe(cell, by: record) }
        }
    }

    private mutating func take(_ record: Record, _ named: inout [String: Int]) {
        let session = sessions.number(record.by)
        while bySession.count < sessions.count { bySession.append([]) }
        switch record.event {
        case .began(let beginnings): sees[record.by] = beginnings
        case .writing(let name, let cells):
            guard named[name] == nil else {
                anomalies.append(Anomaly(.malformed, record.by, "\(name) is written twice"))
                return
            }
            named[name] = writes.count
            add(name, cells, session, record)
        case .wrote(let name, let oid):
            guard let place = named[name] else {
                anomalies.append(Anomaly(.malformed, record.by, "\(name) ends and never began"))
                return
            }
            writes[place].outcome = .done
            writes[place].oid = oid
        case .failed(let name, _):
            guard let place = named[name] else { return }
            writes[place].outcome = .failed
        case .hubRestored: isRestored = true
        case .abandoned(let lost):
            if isRestored { mute.insert(sessions.number(lost)) }
        case .receipt(let oid, let disposition, let problem, _):
            owners[oid, default: []].insert(record.by)
            let isWaiting = disposition == "quarantined" && problem?.isOfWaiting == true
            if isRestored, isWaiting { waiting.insert(oid) }
        case .read(let shown, let gone, _):
            for cell in shown { _ = keys.number(cell.key) }
            for key in gone { _ = keys.number(key) }
        default: break
        }
    }

    private mutating func add(
        _ name: String, _ cells: [Cell], _ session: Int, _ record: Record
    ) {
        let index = writes.count
        let numbered = cells.map {
            (key: keys.number($0.key), value: values.number($0.value), amount: $0.amount)
        }
        bySession[session].append(index)
        writes.append(
            Write(
                name: name, session: session, number: Int32(bySession[session].count),
                invoked: record.at, cells: numbered))
        for cell in numbered {
            if writers.updateValue(index, forKey: Place(key: cell.key, value: cell.value)) != nil {
                anomalies.append(
                    Anomaly(
                        .malformed, record.by,
                        "\(keys[cell.key]) = \(values[cell.value]) is written twice"))
            }
            while byKey.count < keys.count { byKey.append([]) }
            if let place = byKey[cell.key].firstIndex(where: { $0.session == session }) {
                byKey[cell.key][place].writes.append(index)
            } else {
                byKey[cell.key].append((session, [index]))
            }
        }
    }

    private mutating func observe(_ cell: Cell, by record: Record) {
        guard let index = writer(of: cell) else { return }
        writes[index].isObserved = true
        if sessions[writes[index].session] != record.by {
            writes[index].isObservedElsewhere = true
        }
    }

    func isSeen(_ key: String, by session: String) -> Bool {
        sees[session].map { $0.contains { key.hasPrefix($0) } } ?? true
    }

    /// The session that wrote the key first.
    func born(_ key: Int) -> Int? {
        byKey[key].min { writes[$0.writes[0]].invoked < writes[$1.writes[0]].invoked }?.session
    }

    /// The write that a cell shows.
    func writer(of cell: Cell) -> Int? {
        guard let key = keys.known(cell.key), let value = values.known(cell.value) else {
            return nil
        }
        return writers[Place(key: key, value: value)]
    }

    /// Whether the author of `later` ever knew `earlier`, be it forgotten with a restored hub.
    func isKnown(_ earlier: Int, by later: Int) -> Bool {
        let first = writes[earlier]
        let known = writes[later].known
        return earlier != later && first.session < known.count
            && known[first.session] >= first.number
    }

    /// Whether the author of `later` knew `earlier`.
    func precedes(_ earlier: Int, _ later: Int) -> Bool {
        let first = writes[earlier]
        let past = writes[later].past
        return earlier != later && first.session < past.count
            && past[first.session] >= first.number
    }
}

extension String {
    /// The problem of a receipt for a change set that waits.
    fileprivate var isOfWaiting: Bool { hasPrefix("waiting_for_birth") }
}

/// Names and the numbers that stand for them.
struct Names {
    private var numbers: [String: Int] = [:]
    private var names: [String] = []

    var count: Int { names.count }
    subscript(number: Int) -> String { names[number] }
    func known(_ name: String) -> Int? { numbers[name] }

    mutating func number(_ name: String) -> Int {
        if let number = numbers[name] { return number }
        numbers[name] = names.count
        names.append(name)
        return names.count - 1
    }
}
