/// How the sessions that came to an end stood then.
struct LastStates {
    struct Device {
        let session: String
        let pending: Int
        let isEqual: Bool
        let incidents: [String]
        let rows: [String: Cell]
    }

    private(set) var hub: [String: Cell]?
    private(set) var devices: [Device] = []
    private(set) var books: Books?
    /// What the hub decided, per key: every value that it told.
    private(set) var conflicts: [String: Set<String>] = [:]
    /// Per change set the answers that devices have, and when each was first told.
    private(set) var receipts: [String: [Answer]] = [:]
    /// When a session's file was replaced.
    private(set) var abandoned: [String: Int64] = [:]
    private(set) var restores: [Int64] = []

    struct Answer: Hashable {
        let disposition: String
        let problem: String?
        let number: Int64?
        let at: Int64

        func isLike(_ other: Answer) -> Bool {
            disposition == other.disposition && problem == other.problem
        }
    }

    init(_ records: [Record]) {
        let ends = Set(
            records.compactMap { record in
                if case .finished = record.event { record.by } else { nil }
            })
        var rows: [String: [String: Cell]] = [:]
        for record in records {
            switch record.event {
            case .read(let shown, let gone, let isWhole) where ends.contains(record.by):
                if isWhole { rows[record.by] = [:] }
                for key in gone { rows[record.by]?[key] = nil }
                for cell in shown { rows[record.by, default: [:]][cell.key] = cell }
            case .finished(let pending, let isEqual, let incidents):
                let last = rows[record.by] ?? [:]
                if record.by == Record.hub { hub = last }
                devices.append(
                    Device(
                        session: record.by, pending: pending, isEqual: isEqual,
                        incidents: incidents, rows: last))
            case .books(let told): books = told
            case .conflict(let key, let values):
                conflicts[key, default: []].formUnion(values)
            case .receipt(let oid, let disposition, let problem, let number):
                let answer = Answer(
                    disposition: disposition, problem: problem, number: number, at: record.at)
                let isToldAgain =
                    number != nil
                    && receipts[oid]?.contains { $0.number == number && $0.isLike(answer) } ?? false
                if !isToldAgain { receipts[oid, default: []].append(answer) }
            case .abandoned(let session): abandoned[session] = record.at
            case .hubRestored: restores.append(record.at)
            default: break
            }
        }
    }

    func isRefused(_ oid: String) -> Bool {
        receipts[oid]?.contains { Self.refusals.contains($0.disposition) } ?? false
    }

    static let refusals: Set = ["rejected", "quarantined"]

    /// Whether a write may be gone because its device was replaced by an older copy, and nobody
    /// else had it: it never left, or the hub that had it was replaced as well.
    func mayBeLost(_ write: History.Write, _ session: String) -> Bool {
        guard abandoned[session] != nil else { return false }
        guard let answers = receipts[write.oid] else { return true }
        return answers.allSatisfy { answer in restores.contains { $0 > answer.at } }
    }
}
