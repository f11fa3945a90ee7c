/// Looks for reads that a causally consistent store cannot give: each read shows, for every key,
/// a write that nothing else in the reader's past has overwritten.
///
/// Every value is written once, so a read names the write that it shows, and what its author had
/// seen. The reader's past grows by its own writes and by what it reads. That a change set is seen
/// whole follows: whoever sees a part of it has all of it in the past.
///
/// A hub that was restored from a backup has lost commits, and says so; until their authors come
/// back, others do not see them. So each restore begins an epoch: a session enters it with its
/// first exchange that began after the restore and went well, and forgets what it had seen of
/// others. Until then, from the first exchange that may have met the restored hub, it is between
/// two epochs and may see less at any read. Of what was written in another epoch or between two,
/// a session takes only that the author wrote it after its own earlier writes.
///
/// A session that begins after a restore, as a copy of a file does, is between two epochs: nobody
/// knows of when the file was. What a session sees before its first exchange that went well is not
/// judged: a first sync puts rows in place page by page (X8), and a copy shows the writes of before
/// over what the hub has, until it hears that the hub has them too.
///
/// A restored hub that lacks the birth of a row keeps a change set that touches it, tells its
/// author so, and puts it in force when the birth comes back. Until a session sees it then, it
/// need not; and while it is between two epochs it need not see what it wrote on a row that is
/// another's, and may see again what its file had when it began.
struct SessionCheck {
    private struct View {
        /// Per session how many of its writes are in the past of this one.
        var past: [Int32]
        /// The same, never forgotten.
        var known: [Int32]
        /// Up to where the keys of those writes were looked at.
        var looked: [Int32]
        /// The write that each key shows.
        var shown: [Int: Int] = [:]
        /// How many restores the session knows of; ``between`` when it may or may not.
        var epoch = 0
        var nextEpoch = 0
        /// When the session's last record was made: what follows began later.
        var lastAt = Int64.min
        /// Writes that waited at the restored hub, of which the session has the answer.
        var told: Set<Int> = []
        /// Of those that waited, the ones that it has seen in force.
        var returned: Set<Int> = []
        /// Since its first exchange that went well.
        var isJudged = true
        /// What its file showed when it was opened first: a copy has writes of before.
        var initial: Set<Int>?
        /// Which keys the session may see, as far as that was asked.
        var sees: [Int: Bool] = [:]
    }

    private var history: History
    private var views: [View]
    private let waiting: [String: Int]
    private static let between = -1
    private var restores = 0
    private var restoredAt = Int64.min
    private var found: [Anomaly] = []
    private var told: Set<String> = []
    /// Afterwards each write knows its past.
    var checked: History { history }
    var anomalies: [Anomaly] { found }

    init(_ history: History) {
        self.history = history
        waiting = Dictionary(
            history.writes.indices.filter { history.writes[$0].hasWaited }
                .map { (history.writes[$0].oid, $0) }, uniquingKeysWith: { first, _ in first })
        let none = [Int32](repeating: 0, count: history.sessions.count)
        views = Array(
            repeating: View(past: none, known: none, looked: none),
            count: history.sessions.count)
    }

    mutating func run() {
        var next = [Int](repeating: 0, count: history.sessions.count)
        for record in history.records {
            guard let session = history.sessions.known(record.by) else { continue }
            defer { views[session].lastAt = record.at }
            switch record.event {
            case .began:
                guard views[session].lastAt == .min else { continue }
                views[session].isJudged = false
                guard restores > 0 else { continue }
                views[session].epoch = Self.between
                views[session].nextEpoch = Self.between
            case .writing:
                let index = history.bySession[session][next[session]]
                guard index < history.writes.count else { continue }
                next[session] += 1
                begin(index, session)
            case .wrote:
                // Nothing of a session runs beside its own write.
                guard next[session] > 0 else { continue }
                let number = Int32(next[session])
                views[session].past[session] = max(views[session].past[session], number)
                views[session].known[session] = max(views[session].known[session], number)
            case .hubRestored:
                restores += 1
                restoredAt = record.at
                for session in views.indices { views[session].told = [] }
            case .receipt(let oid, _, _, _):
                if let index = waiting[oid] { views[session].told.insert(index) }
            case .exchanged(let problem, _):
                if problem == nil { views[session].isJudged = true }
                guard views[session].nextEpoch != restores else { continue }
                let isWithRestored = problem == nil && views[session].lastAt > restoredAt
                views[session].nextEpoch = isWithRestored ? restores : Self.between
            case .read(let shown, let gone, let isWhole):
                if isWhole, views[session].initial == nil {
                    views[session].initial = Set(shown.compactMap { history.writer(of: $0) })
                }
                read(session, record, shown, gone, isWhole)
            default: break
            }
        }
    }

    private mutating func begin(_ index: Int, _ session: Int) {
        var past = views[session].past
        past[session] = history.writes[index].number
        history.writes[index].past = past
        var known = views[session].known
        known[session] = history.writes[index].number
        history.writes[index].known = known
        history.writes[index].epoch = views[session].epoch
    }

    // MARK: one read

    private mutating func read(
        _ session: Int, _ record: Record, _ shown: [Cell], _ gone: [String], _ isWhole: Bool
    ) {
        var before: [Int: Int] = [:]
        var dirty: Set<Int> = []
        if isWhole {
            before = views[session].shown
            dirty.formUnion(before.keys)
            views[session].shown = [:]
        }
        for name in gone {
            guard let key = history.keys.known(name) else { continue }
            if let write = views[session].shown.removeValue(forKey: key) { before[key] = write }
            dirty.insert(key)
        }
        for cell in shown {
            guard let key = history.keys.known(cell.key) else { continue }
            guard let write = genuine(cell, record) else { continue }
            if let old = views[session].shown.updateValue(write, forKey: key) {
                before[key] = old
            }
            dirty.insert(key)
        }
        enterEpoch(session)
        for key in dirty {
            guard let write = views[session].shown[key] else { continue }
            learn(write, session)
            if isInForce(write, session) { views[session].returned.insert(write) }
        }
        for other in views[session].past.indices {
            let (from, to) = (views[session].looked[other], views[session].past[other])
            // What was not judged is looked at when it is.
            guard from < to, views[session].isJudged else { continue }
            for number in from..<to {
                let index = history.bySession[other][Int(number)]
                for cell in history.writes[index].cells { dirty.insert(cell.key) }
            }
            views[session].looked[other] = to
        }
        for key in dirty { look(key, session, before[key]) }
    }

    /// The write that a cell shows, when it may be shown at all.
    private mutating func genuine(_ cell: Cell, _ record: Record) -> Int? {
        guard let index = history.writer(of: cell) else {
            report(.thinAir, record.by, cell.key, "\(cell.value), which nobody wrote")
            return nil
        }
        let write = history.writes[index]
        if write.outcome == .failed {
            report(.failedWriteVisible, record.by, cell.key, "\(write.name), which had failed")
        }
        if write.invoked > record.at {
            report(.readFromFuture, record.by, cell.key, "\(write.name) before it was written")
        }
        if let amount = write.cells.first(where: { history.keys[$0.key] == cell.key })?.amount,
            amount != cell.amount
        {
            report(
                .paymentChanged, record.by, cell.key,
                "\(cell.amount.map(String.init) ?? "nothing") instead of \(amount)")
        }
        return index
    }

    private mutating func enterEpoch(_ session: Int) {
        let view = views[session]
        guard view.nextEpoch != view.epoch || view.epoch == Self.between else { return }
        views[session].epoch = view.nextEpoch
        views[session].returned = []
        views[session].past = view.past.indices.map { $0 == session ? view.past[$0] : 0 }
        views[session].looked = view.looked.indices.map { $0 == session ? view.looked[$0] : 0 }
        for write in view.shown.values {
            learn(write, session)
            if isInForce(write, session) { views[session].returned.insert(write) }
        }
    }

    private mutating func learn(_ index: Int, _ session: Int) {
        let write = history.writes[index]
        if isTrusted(write.epoch, in: views[session].epoch) {
            for (other, number) in write.past.enumerated()
            where number > views[session].past[other] {
                views[session].past[other] = number
            }
        }
        views[session].past[write.session] = max(views[session].past[write.session], write.number)
        for (other, number) in write.known.enumerated()
        where number > views[session].known[other] {
            views[session].known[other] = number
        }
    }

    private func isTrusted(_ written: Int, in epoch: Int) -> Bool {
        written == epoch && written != Self.between
    }

    /// Whether something in the reader's past overwrites what the key shows.
    private mutating func look(_ key: Int, _ session: Int, _ before: Int?) {
        guard views[session].isJudged, isSeen(key, session) else { return }
        let view = views[session]
        let shown = view.shown[key]
        if view.epoch == Self.between {
            let isOfBefore = shown.map { view.initial?.contains($0) ?? false }
            if isOfBefore ?? (history.born(key) != session) { return }
        }
        for (author, writes) in history.byKey[key] {
            guard let latest = latest(of: writes, upTo: view.past[author], view), latest != shown,
                shown.map({ overwrites(latest, $0, view.epoch) }) ?? true
            else { continue }
            let kind = kind(of: latest, insteadOf: shown, key, session, before)
            let what = shown.map { history.writes[$0].name } ?? "nothing"
            report(
                kind, history.sessions[session], history.keys[key],
                "\(what), although \(history.writes[latest].name) is in its past")
        }
    }

    private mutating func isSeen(_ key: Int, _ session: Int) -> Bool {
        if let known = views[session].sees[key] { return known }
        let isSeen = history.isSeen(history.keys[key], by: history.sessions[session])
        views[session].sees[key] = isSeen
        return isSeen
    }

    /// Whether a session that sees this write, which has waited, has it from the hub: its author
    /// sees it also before it was sent again.
    private func isInForce(_ index: Int, _ session: Int) -> Bool {
        let write = history.writes[index]
        guard write.hasWaited, views[session].epoch == restores else { return false }
        let isOwner = history.owners[write.oid]?.contains(history.sessions[session]) ?? false
        return !isOwner || views[session].told.contains(index)
    }

    private func latest(of writes: [Int], upTo number: Int32, _ view: View) -> Int? {
        var (low, high) = (0, writes.count)
        while low < high {
            let middle = (low + high) / 2
            if history.writes[writes[middle]].number <= number {
                low = middle + 1
            } else {
                high = middle
            }
        }
        while low > 0 {
            low -= 1
            let write = history.writes[writes[low]]
            let mayWait = restores > 0 && write.hasWaited && !view.returned.contains(writes[low])
            if write.happened, !mayWait { return writes[low] }
        }
        return nil
    }

    private func overwrites(_ later: Int, _ earlier: Int, _ epoch: Int) -> Bool {
        if isTrusted(history.writes[later].epoch, in: epoch) {
            return history.precedes(earlier, later)
        }
        let (first, second) = (history.writes[earlier], history.writes[later])
        return first.session == second.session && first.number < second.number
    }

    private func kind(
        of missed: Int, insteadOf shown: Int?, _ key: Int, _ session: Int, _ before: Int?
    ) -> Anomaly.Kind {
        let write = history.writes[missed]
        let view = views[session]
        if write.cells.contains(where: { $0.key != key && view.shown[$0.key] == missed }) {
            return .fracturedRead
        }
        if write.session == session { return .readYourWrites }
        if let before, before == missed || history.precedes(missed, before) {
            return .monotonicReads
        }
        let isLaterSeen = view.shown.values.contains {
            history.writes[$0].session == write.session
                && history.writes[$0].number > write.number
        }
        return isLaterSeen ? .monotonicWrites : .writesFollowReads
    }

    /// Each kind once per session and key: a stale row stays stale for many reads.
    private mutating func report(
        _ kind: Anomaly.Kind, _ session: String, _ key: String, _ what: String
    ) {
        guard told.insert("\(kind) \(session) \(key)").inserted else { return }
        found.append(Anomaly(kind, session, "\(key) shows \(what)"))
    }
}
