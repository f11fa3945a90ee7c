package import LynkCore

extension SimulatedApplication {
    /// What an author has to write to be rejected, held or quarantined.
    static let forbidden = "FORBIDDEN"
    static let heldAmount: Int64 = 900
    static let poisonAmount: Int64 = 666

    package func judge(_ submission: Submission, in view: any TenantView) throws -> Verdict {
        var held = false
        for change in submission.changes {
            guard let table = schema.table(change.table) else { continue }
            if submission.principal.role == "worker",
                let problem = try offence(change, table, submission.principal, view)
            {
                return .reject(problem)
            }
            if let problem = try foreignMark(change, table, view) { return .reject(problem) }
            for put in change.puts where put.value.textValue?.hasSuffix(Self.forbidden) == true {
                return .reject(Problem(.notAuthorized, "that text"))
            }
            guard change.table == Self.entry.id else { continue }
            let amount = change.put(4)?.integerValue
            if amount == Self.poisonAmount {
                return .quarantine(Problem(.valueInvalid, "that amount"))
            }
            held = held || amount == Self.heldAmount
        }
        return held ? .hold(Problem(.factHeld, "a large amount")) : .accept
    }

    /// What a worker may not do: touch an area that it never had, or put another area's mark.
    private func offence(
        _ change: RowChange, _ table: TableSchema, _ principal: Principal,
        _ view: any TenantView
    ) throws -> Problem? {
        if table.id == Self.member.id { return Problem(.notAuthorized, "members") }
        let written = change.kind == .insert ? change.put(1)?.textValue : nil
        guard
            let area = try written ?? view.row(table.id, change.key)?.values[0].textValue
        else {
            return change.kind == .insert ? Problem(.valueInvalid, "no area") : nil
        }
        let member = try view.rows(
            Self.member.id, index: "member_person", equals: [.key(principal.user), .text(area)],
            limit: 1)
        if member.isEmpty { return Problem(.notAuthorized, "area \(area)") }
        if table.id == Self.entry.id, change.put(2) != .key(principal.user) {
            return Problem(.notAuthorized, "an entry of somebody else")
        }
        return nil
    }

    /// Nobody puts another area's mark into a row: what a mark says can be relied on.
    private func foreignMark(
        _ change: RowChange, _ table: TableSchema, _ view: any TenantView
    ) throws -> Problem? {
        let marks = change.puts.compactMap { AreaMark(in: $0.value) }
        if marks.isEmpty { return nil }
        let born = change.kind == .insert ? change.put(1)?.textValue : nil
        let area = try born ?? view.row(table.id, change.key)?.values[0].textValue
        guard let area, marks.contains(where: { $0.area != area }) else { return nil }
        return Problem(.valueInvalid, "the mark of another area")
    }

    /// The tally of each area grows by its new entries, and by each once.
    package func consequences(
        of submission: Submission, in view: any TenantView
    ) throws -> [RowChange] {
        var sums: [(area: String, count: Int64, amount: Int64)] = []
        for change in submission.changes where change.table == Self.entry.id {
            guard change.kind == .insert, let area = change.put(1)?.textValue else { continue }
            let amount = change.put(4)?.integerValue ?? 0
            if let index = sums.firstIndex(where: { $0.area == area }) {
                sums[index].count += 1
                sums[index].amount &+= amount
            } else {
                sums.append((area, 1, amount))
            }
        }
        return try sums.map { sum in
            let key = Self.tallyKey(sum.area)
            let row = try view.row(Self.tally.id, key)
            let count = (row?.values[1].integerValue ?? 0) + sum.count
            let amount = (row?.values[2].integerValue ?? 0) &+ sum.amount
            var puts: [RowChange.Put] = [.init(2, .integer(count)), .init(3, .integer(amount))]
            if row == nil { puts.append(.init(1, .text(sum.area))) }
            return RowChange(
                table: Self.tally.id, key: key, kind: row == nil ? .insert : .update, puts: puts)
        }
    }
}
