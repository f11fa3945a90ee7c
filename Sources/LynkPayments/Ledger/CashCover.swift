import LynkCore

/// What a change set moved of cash, to be followed up once at its end.
struct CashMoves {
    /// Collectors whose cash came, went on or was taken back, in the order of first touch.
    private(set) var collectors: [RowKey] = []
    /// What collectors brought to the bank themselves.
    var direct: [RowKey: Int64] = [:]
    /// Whether something may have come to the bank, or to the box that goes there.
    var reachesBank = false

    mutating func touch(_ collector: RowKey) {
        if !collectors.contains(collector) { collectors.append(collector) }
    }
}

/// Axis 4 of cash: IN_HAND, HANDED_OVER, BANKED (the book's P19).
///
/// A handover and a deposit name a sum and no payments. Which payments went on with them is
/// computed, oldest first and whole ones only; like what an invoice is covered by, it follows the
/// hub's order. The journal does not depend on it.
extension Books {
    /// Payments that one change set moves on at most; the next one goes on.
    private static let moveMax = 4_096

    func isCash(_ row: Entry<PaymentField>) -> Bool {
        row.text(.method) == PaymentMethod.cash.rawValue
    }

    /// Notes that cash came into, or left, a collector's hand.
    mutating func noteCash(of row: Entry<PaymentField>) {
        if isCash(row), let worker = row.reference(.worker) { cash.touch(worker) }
    }

    /// Frees what stood on a payment that leaves the books: the next oldest takes its place.
    mutating func uncover(_ row: inout Entry<PaymentField>) throws {
        guard isCash(row), let worker = row.reference(.worker) else { return }
        cash.touch(worker)
        let place = Settlement(rawValue: row.text(.settlement))
        guard place == .handedOver || place == .banked else { return }
        try cover(worker, covered: -row.money(.amount))
        if place == .banked { try cover(tenantKey, covered: -row.money(.amount)) }
        cash.reachesBank = true
        settle(&row, as: .inHand, "taken back")
    }

    /// Notes a handover that was counted.
    mutating func handedOver(
        _ said: Int64, counted: Int64, by worker: RowKey, toBank: Bool
    ) throws {
        if try find(CashCoverField.self, worker) == nil {
            try cover(worker, total: try earlierHandovers(of: worker))
        }
        try cover(worker, total: said)
        // What is missing never comes to the box, and what was too much covers nothing: only the
        // rest has to be brought to the bank until all that was handed over is there.
        try cover(tenantKey, total: toBank ? said : try sum(said, -counted))
        if toBank { cash.direct[worker] = try sum(cash.direct[worker] ?? 0, said) }
        cash.touch(worker)
        cash.reachesBank = true
    }

    /// Notes cash that came from the box to the bank.
    mutating func banked(_ amount: Int64) throws {
        try cover(tenantKey, total: amount)
        cash.reachesBank = true
    }

    /// Moves payments on as far as the sums reach, as the last step of a change set.
    mutating func coverCash() throws {
        for worker in cash.collectors { try coverInHand(of: worker) }
        guard cash.reachesBank, let pool = try find(CashCoverField.self, tenantKey) else { return }
        for var row in try reached(
            by: pool.spare, PaymentField.bySettlement, [.text(Settlement.handedOver.rawValue)],
            where: { isCash($0) && $0.text(.settlement) == Settlement.handedOver.rawValue })
        {
            settle(&row, as: .banked)
            try cover(tenantKey, covered: row.money(.amount))
        }
    }

    private mutating func coverInHand(of worker: RowKey) throws {
        guard let pool = try find(CashCoverField.self, worker), pool.spare > 0 else { return }
        let posted = PaymentPosting.posted.rawValue
        let inHand = Settlement.inHand.rawValue
        var direct = cash.direct[worker] ?? 0
        for var row in try reached(
            by: pool.spare, PaymentField.byCash,
            [.key(worker), .text(PaymentMethod.cash.rawValue), .text(posted), .text(inHand)],
            where: {
                isCash($0) && $0.reference(.worker) == worker && $0.text(.posting) == posted
                    && $0.text(.settlement) == inHand
            })
        {
            let amount = row.money(.amount)
            let isDirect = amount <= direct
            settle(&row, as: isDirect ? .banked : .handedOver)
            try cover(worker, covered: amount)
            cash.reachesBank = true
            if isDirect {
                direct -= amount
                try cover(tenantKey, covered: amount)
            }
        }
    }

    /// Payments in the order of an index, oldest first, as far as an amount reaches. The first one
    /// that it does not cover ends them: what is left in a hand is then the newest.
    private func reached(
        by amount: Int64, _ index: IndexSchema, _ values: [Value],
        where isWaiting: (Entry<PaymentField>) -> Bool
    ) throws -> [Entry<PaymentField>] {
        func precedes(_ left: Entry<PaymentField>, _ right: Entry<PaymentField>) -> Bool {
            (left.text(.effectiveDay), left.key) < (right.text(.effectiveDay), right.key)
        }
        guard amount > 0 else { return [] }
        var limit = 64
        while true {
            let found = try view.rows(
                PaymentField.table.id, index: index.name, equals: values, limit: limit)
            let isWhole = found.count < limit
            let seen = Set(found.map(\.key))
            var rows = try found.compactMap { try find(PaymentField.self, $0.key) }
            // Of this change set's own only what comes before the end of what was read.
            let end = isWhole ? nil : found.last.map { Entry<PaymentField>($0) }
            for id in draftOrder where id.table == PaymentField.table.id {
                guard !seen.contains(id.key), let row = try find(PaymentField.self, id.key),
                    end.map({ precedes(row, $0) }) ?? true
                else { continue }
                rows.append(row)
            }
            var rest = amount
            var taken: [Entry<PaymentField>] = []
            var isSpent = false
            for row in rows.filter(isWaiting).sorted(by: precedes) {
                isSpent = row.money(.amount) > rest
                if isSpent { break }
                rest -= row.money(.amount)
                taken.append(row)
            }
            if isSpent || isWhole || limit >= Self.moveMax { return taken }
            limit *= 4
        }
    }

    private mutating func cover(_ key: RowKey, total: Int64 = 0, covered: Int64 = 0) throws {
        var pool = try find(CashCoverField.self, key) ?? Entry(birth: key, [:])
        try pool.add(total, to: .total)
        try pool.add(covered, to: .covered)
        save(pool)
    }

    /// What was handed over before there was a row for it: replicas of schema 3 had none.
    private func earlierHandovers(of worker: RowKey) throws -> Int64 {
        var total: Int64 = 0
        for row in try scan(HandoverField.self, HandoverField.byWorker, [.key(worker)])
        where row.money(.position) > 0 {
            total = try sum(total, row.money(.cash))
        }
        return total
    }
}

extension Entry<CashCoverField> {
    /// What went on and no payment stands for.
    var spare: Int64 { money(.total).subtractingReportingOverflow(money(.covered)).partialValue }
}
