import GRDB
import LynkCore
import Testing

@testable import LynkPayments
@testable import LynkStore

@Suite("The check of the books")
struct BooksCheckTests {
    private func check(_ file: BooksFile) throws -> BooksCheck {
        try BooksCheck { try file.run($0) }
    }

    @Test("Books that only their own program wrote have no difference")
    func clean() throws {
        let world = try BooksQueryTests.world()
        try world.push(
            world.office.cancel(invoice: World.first),
            world.office.state(
                RowKey(high: 0xC4, low: 1),
                [
                    CreditNoteField.retailer: .key(World.shop), .number: "CN-1",
                    .reason: "RETURN", .taxable: 10_000, .total: 10_000, .day: "2026-11-02",
                ]),
            world.clerk.decide(2, .release, on: 3))
        let found = try check(BooksFile(world.hub))
        #expect(found.differences == [])
        #expect(found.isBalanced && found.postings > 20 && found.debits > 0)
    }

    @Test("A tenant without any row is in balance")
    func empty() throws {
        let found = try check(BooksFile(Hub()))
        #expect(found.differences == [] && found.isBalanced && found.postings == 0)
    }

    @Test(
        "One figure that is changed is found, and its row named",
        arguments: [
            ("retailer", "outstanding", "ledger.outstanding retailer.outstanding"),
            ("retailer", "unapplied_credit", "ledger.unapplied"),
            ("retailer", "held_amount", "ledger.held"),
            ("retailer", "total_paid", "retailer.total_paid"),
            ("retailer", "payments_count", "retailer.payments_count"),
            ("retailer", "total_invoiced", "retailer.total_invoiced"),
            ("retailer", "invoices_count", "retailer.invoices_count"),
            ("retailer", "open_exceptions", "retailer.open_exceptions"),
            ("worker_day", "amount", "worker_day.amount"),
            ("worker_day", "held", "worker_day.held"),
            ("worker_day", "reversed", "worker_day.reversed"),
            ("worker_day", "payments", "worker_day.payments"),
            ("area_day", "amount", "area_day.amount"),
            ("area_day", "payments", "area_day.payments"),
        ])
    func planted(_ table: String, _ column: String, _ figures: String) throws {
        let file = try BooksFile(BooksQueryTests.world().hub)
        let key = try file.database.write { database in
            let id = try Row.fetchOne(database, sql: "SELECT id FROM \(table) ORDER BY id")
            try database.execute(
                sql: "UPDATE \(table) SET \(column) = \(column) + 1 WHERE id = ?",
                arguments: [id?["id"] as DatabaseValue? ?? .null])
            return Value(id?["id"] as DatabaseValue? ?? .null)
        }
        let found = try check(file)
        #expect(found.differences.map(\.figure).joined(separator: " ") == figures)
        #expect(found.differences.allSatisfy { $0.subject.map(Value.key) == key })
        #expect(found.differences.allSatisfy { $0.stored == $0.computed + 1 })
        #expect(found.isBalanced)
    }

    @Test(
        "States, days, lost roll-ups and a lost side of an entry are found",
        arguments: [
            (
                "UPDATE invoice SET status = 'PAID' WHERE invoice_number = 'INV-102'",
                "invoice.status"
            ),
            (
                "UPDATE retailer SET oldest_open_due = NULL WHERE code = 'R002'",
                "retailer.oldest_open_due"
            ),
            ("DELETE FROM worker_day WHERE method = 'CASH'", "worker_day.missing"),
            ("DELETE FROM area_day", "area_day.missing area_day.missing"),
        ])
    func plantedStates(_ sql: String, _ figures: String) throws {
        let file = try BooksFile(BooksQueryTests.world().hub)
        try file.database.write { try $0.execute(sql: sql) }
        #expect(
            try check(file).differences.map(\.figure).joined(separator: " ") == figures)
    }

    @Test("A side of an entry that is lost is found by the entry and by the balance")
    func lostPosting() throws {
        let file = try BooksFile(BooksQueryTests.world().hub)
        try file.database.write {
            try $0.execute(
                sql: "DELETE FROM posting WHERE rowid = "
                    + "(SELECT min(rowid) FROM posting WHERE account = 'SALES')")
        }
        let found = try check(file)
        #expect(found.differences.map(\.figure) == ["entry"])
        #expect(!found.isBalanced)
    }
}
