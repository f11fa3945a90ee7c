import GRDB
import LynkCore
import Testing

@testable import LynkPayments

@Suite("What SQLite does to answer the queries of the books")
struct QueryPlanTests {
    private static let indexes: [String: [String]] = [
        "retailers_to_visit": [
            "retailer_by_active_outstanding", "invoice_by_retailer_status",
            "payment_by_retailer_claimed", "collection_notice_by_retailer",
        ],
        "open_invoices": ["invoice_by_retailer_status"],
        "day_sheet": ["payment_by_worker_day"],
        "day_sheet_waiting": ["payment_by_worker_day"],
        "day_sheet_late": ["payment_by_worker_effective"],
        "statement": ["journal_entry_by_retailer", "posting_by_entry"],
        "statement_balance": ["journal_entry_by_retailer", "posting_by_entry"],
        "exception_queue": ["exception_by_state_severity"],
        "worker_performance": ["worker_day_by_worker", "payment_by_lifecycle_worker"],
        "area_performance": ["area_day_by_area"],
        "cash_in_hand": ["posting_by_account", "payment_by_cash", "handover_by_worker"],
        "handovers_to_count": ["handover_by_position"],
        "cash_box": ["posting_by_account"],
        "aging": ["invoice_by_due"],
        "aging_by_retailer": ["retailer_by_active_outstanding", "invoice_by_retailer_status"],
        "transactions": ["payment_by_position"],
        "dashboard": [
            "worker_day_by_day", "area_day_by_day", "payment_by_position", "invoice_by_due",
            "exception_by_state_severity",
        ],
    ]
    private static let queries =
        FieldQueries.all + OfficeQueries.all + [DashboardQuery.dashboard]
    /// Tables that are as large as a tenant's network, and what a query makes itself.
    private static let small: Set<String> = [
        "retailer", "r", "worker", "w", "area", "a", "h", "u", "t", "b", "m", "bounds", "hand",
        "person", "month", "recent", "worker_sum", "area_sum", "3", "CONSTANT",
    ]

    @Test("Each names its indexes and has a plan here")
    func complete() {
        #expect(Set(Self.queries.map(\.name)) == Set(Self.indexes.keys))
        let names = Payments().queries.map(\.name)
        #expect(Set(names).count == names.count)
    }

    @Test(
        "Named indexes are used, and no growing table is read whole", arguments: queries.map(\.name)
    )
    func indexed(_ name: String) throws {
        let query = try #require(Self.queries.first { $0.name == name })
        let plan = try BooksFile(Hub()).plan(of: query)
        for index in try #require(Self.indexes[query.name]) {
            #expect(plan.contains { $0.contains("INDEX \(index) ") }, "\(index) in \(plan)")
        }
        for step in plan where step.hasPrefix("SCAN ") {
            let table = step.split(separator: " ")[1]
            let isOwn = table.hasPrefix("(")
            // The window of one collector's payments is made by a search of an index.
            #expect(isOwn || Self.small.contains(String(table)), "\(step) in \(plan)")
        }
    }

    // The dashboard groups roll-ups of a period by what their index does not order by.
    @Test(
        "Pages come in the order of an index",
        arguments: queries.filter { $0.keyset != nil }.map(\.name))
    func ordered(_ name: String) throws {
        let query = try #require(Self.queries.first { $0.name == name })
        let plan = try BooksFile(Hub()).plan(of: query)
        #expect(!plan.contains { $0.contains("TEMP B-TREE") }, "\(plan)")
    }

    @Test("Every query of the application is one that SQLite can prepare")
    func prepared() throws {
        let file = try BooksFile(Hub())
        for query in Payments().queries {
            #expect(try !file.plan(of: query).isEmpty)
            try file.database.read { database in
                let statement = try database.makeStatement(sql: query.sql)
                #expect(statement.columnCount == query.columns.count, "\(query.name)")
            }
        }
    }
}
