import LynkCore

/// Finds payments that were collected side by side for more than an invoice had open.
///
/// Two payments of different collectors contest an invoice when neither author knew of the
/// other's, and their claims, with those of payments that were concurrent with both, exceed what
/// was open to them. Money that is held claims too, and what is told of one transfer or cheque is
/// one claim and no contest with itself. Claims do not depend on the order of arrival, so the pairs
/// do not either: the last arrival of a contest finds every pair that the others could not see yet.
enum Contest {
    struct Pair: Hashable {
        /// Ascending, so that a pair has one name.
        let first: RowKey
        let second: RowKey
        /// The lesser of the two claims: what may have been collected twice.
        let amount: Int64

        init(_ left: Claim, _ right: Claim) {
            first = min(left.payment, right.payment)
            second = max(left.payment, right.payment)
            amount = min(left.amount, right.amount)
        }
    }

    /// The pairs that are contested now that the newest claim is there.
    ///
    /// Pairs that it does not touch are left out: their answer was found before.
    ///
    /// - Parameter earlier: all other claims on the invoice, in the order of the log.
    static func pairs(of newest: Claim, among earlier: [Claim]) -> [Pair] {
        if newest.unknown.isEmpty { return [] }
        let contest = Claims(earlier + [newest])
        let unknown = Set(newest.unknown)
        let touched =
            earlier.indices.filter { unknown.contains(earlier[$0].payment) } + [earlier.count]
        if contest.isAmple(for: touched) { return [] }
        var pairs: [Pair] = []
        for (offset, left) in touched.enumerated() {
            for right in touched.dropFirst(offset + 1) where contest.isContested(left, right) {
                pairs.append(Pair(contest.all[left], contest.all[right]))
            }
        }
        return pairs
    }
}

/// Every claim on one invoice, in the order of the log, and which of them knew which.
private struct Claims {
    let all: [Claim]
    private let unknown: [Set<RowKey>]

    init(_ all: [Claim]) {
        self.all = all
        unknown = all.map { Set($0.unknown) }
    }

    /// Whether the invoice covers all claims together in everybody's eyes, as it mostly does.
    func isAmple(for touched: [Int]) -> Bool {
        let total = all.reduce(Int64(0)) { $0 &+ $1.amount }
        return touched.allSatisfy { total <= all[$0].base }
    }

    func isContested(_ left: Int, _ right: Int) -> Bool {
        all[left].worker != all[right].worker && !isOneInstrument(left, right)
            && isConcurrent(left, right) && claimed(left, right) > open(left, right)
    }

    private func isOneInstrument(_ left: Int, _ right: Int) -> Bool {
        !all[left].instrument.isEmpty && all[left].instrument == all[right].instrument
    }

    private func isConcurrent(_ left: Int, _ right: Int) -> Bool {
        left != right && unknown[max(left, right)].contains(all[min(left, right)].payment)
    }

    /// What the pair and whoever was concurrent with both claim together; of one instrument that
    /// several tell, the most.
    private func claimed(_ left: Int, _ right: Int) -> Int64 {
        var total: Int64 = 0
        var given: [String: Int64] = [:]
        for index in all.indices {
            let isOfThem = index == left || index == right
            guard isOfThem || (isConcurrent(index, left) && isConcurrent(index, right))
            else { continue }
            let claim = all[index]
            if claim.instrument.isEmpty {
                total &+= claim.amount
            } else {
                given[claim.instrument] = max(given[claim.instrument] ?? 0, claim.amount)
            }
        }
        return given.values.reduce(total, &+)
    }

    /// What was open before either: as the better informed of the two had it confirmed, less what
    /// either had collected itself since.
    private func open(_ left: Int, _ right: Int) -> Int64 {
        let leftIsWide =
            (all[left].base, all[left].payment) < (all[right].base, all[right].payment)
        let (wide, other) = leftIsWide ? (left, right) : (right, left)
        let own = Set(all[wide].own)
        let others = Set(all[other].own).subtracting(own)
        var open = all[wide].base
        for index in all.indices {
            let payment = all[index].payment
            // Another's own work may be in what the better informed had confirmed already.
            let isConfirmed = index < wide && !unknown[wide].contains(payment)
            if own.contains(payment) || (others.contains(payment) && !isConfirmed) {
                open &-= all[index].amount
            }
        }
        return open
    }
}
