import LynkCore
import LynkEngine
import LynkStore

/// The checkers of worlds with payments.
enum PaymentCheckers {
    static var all: [any Checker.Type] {
        [
            TrialBalance.self, FactsInBooks.self, MoneyPerRetailer.self,
            OrderFreeBooks.self, ExceptionsHaveSubjects.self, PaymentsOnce.self,
            PaymentVisibility.self,
        ]
    }
}

extension Moment {
    /// When whole books are looked at: after a while, after a loss and at rest.
    func looksAtBooks(of world: World) -> Bool {
        switch self {
        case .hubReplaced, .rested: true
        case .committed: world.truth.log.count % 16 == 0
        default: false
        }
    }
}

/// Debits and credits are equal, in every entry and so in all.
final class TrialBalance: Checker {
    static let name = "TrialBalance"
    static let invariant = "P3"

    func check(_ moment: Moment, in world: World) throws {
        guard moment.looksAtBooks(of: world) else { return }
        var sums: [RowKey: (net: Int64, lines: Int)] = [:]
        for line in world.books(.posting) {
            let (debit, credit) = (line.money("debit"), line.money("credit"))
            guard debit >= 0, credit >= 0, debit == 0 || credit == 0 else {
                throw breach("the posting \(line.key) has debit \(debit) and credit \(credit)")
            }
            guard let entry = line["entry"].keyValue else {
                throw breach("the posting \(line.key) is of no entry")
            }
            sums[entry, default: (0, 0)].net += debit - credit
            sums[entry, default: (0, 0)].lines += 1
        }
        for (entry, sum) in sums.sorted(by: { $0.key < $1.key }) where sum.net != 0 {
            throw breach("the entry \(entry) of \(sum.lines) lines is off by \(sum.net)")
        }
        let entries = Set(world.books(.journalEntry).map(\.key))
        if let odd = entries.symmetricDifference(sums.keys).min() {
            throw breach("\(odd) is an entry without postings, or postings without an entry")
        }
    }
}

/// What collectors completed is what was booked: every completed payment is posted, held or
/// reversed, nothing else is, and no sum of them differs from the stated amounts.
final class FactsInBooks: Checker {
    static let name = "FactsInBooks"
    static let invariant = "P2, P3"

    func check(_ moment: Moment, in world: World) throws {
        guard moment.looksAtBooks(of: world) else { return }
        var stated: [RowKey: Int64] = [:]
        /// Of these the second may be without effect: what is released comes late.
        var (completed, released): (Set<RowKey>, Set<RowKey>) = ([], [])
        for commit in world.truth.log where commit.isApplied {
            for change in commit.changes where change.table == BookTable.payment.id {
                if change.kind == .insert, stated[change.key] == nil {
                    stated[change.key] =
                        BookTable.payment.value("amount", in: change)?.integerValue ?? 0
                }
                guard BookTable.payment.value("lifecycle", in: change) == .text("COMPLETED")
                else { continue }
                if commit.decides == nil {
                    completed.insert(change.key)
                } else {
                    released.insert(change.key)
                }
            }
        }
        var (facts, booked): (Int64, Int64) = (0, 0)
        for payment in world.books(.payment) {
            let isBooked = ["POSTED", "HELD", "REVERSED"].contains(payment.text("posting"))
            let isCompleted = payment.text("lifecycle") == "COMPLETED"
            let mayBe = released.contains(payment.key)
            guard isBooked == isCompleted, isBooked || payment.text("posting").isEmpty,
                isCompleted == completed.contains(payment.key) || mayBe
            else {
                throw breach(
                    "the payment \(payment.key) is \(payment.text("lifecycle")), completed "
                        + "\(completed.contains(payment.key)), and booked as "
                        + "'\(payment.text("posting"))'")
            }
            if isCompleted { facts += stated[payment.key] ?? 0 }
            if isBooked { booked += payment.money("amount") }
        }
        if let gone = completed.subtracting(world.books(.payment).map(\.key)).min() {
            throw breach("the completed payment \(gone) is not at the hub")
        }
        guard facts == booked else {
            throw breach("\(facts) were stated as collected and \(booked) are booked")
        }
    }
}

/// No exception without a row that it is about, and none that names another shop's.
final class ExceptionsHaveSubjects: Checker {
    static let name = "ExceptionsHaveSubjects"
    static let invariant = "P5"

    func check(_ moment: Moment, in world: World) throws {
        guard moment.looksAtBooks(of: world) else { return }
        var there: Set<RowKey> = []
        for table in world.hub.application.schema.tables {
            there.formUnion(world.hub.presentRows(table.id).map(\.key))
        }
        for exception in world.books(.exception) {
            let subjects = exception.keys("subjects")
            guard !subjects.isEmpty, subjects.allSatisfy(there.contains) else {
                throw breach(
                    "\(exception.text("kind")) is about '\(exception.text("subjects"))', which is "
                        + "not there")
            }
            for column in ["payment", "rival", "retailer"] {
                guard let key = exception[column].keyValue, !there.contains(key) else { continue }
                throw breach("\(exception.text("kind")) names a \(column) \(key) that is not there")
            }
        }
    }
}
