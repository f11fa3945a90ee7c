import LynkCore
import Testing

@testable import LynkPayments

@Suite("What the queries of the books answer")
struct BooksQueryTests {
    private static let day: Value = "2026-11-02"
    private static let deonar = RowKey(high: 0xA0, low: 1)
    private static let sion = RowKey(high: 0xA0, low: 2)
    static let other = RowKey(high: 0x5E, low: 2)

    /// Two shops, two collectors, one held payment, one that is reversed, and one unpaid invoice.
    static func world() throws -> World {
        let world = try World()
        try world.hub.push(
            world.office.write([
                .birth(deonar, [AreaField.name: "Deonar"]),
                .birth(sion, [AreaField.name: "Sion"]),
                .birth(
                    other,
                    [RetailerField.code: "R002", .name: "Sion Stores", .area: .key(sion)]),
                World.invoice(
                    World.third, "INV-103", 50_000, issued: "2026-07-01", due: "2026-07-31",
                    of: other),
            ]))
        world.syncAll()
        let area: [PaymentField: Value] = [.area: .key(deonar)]
        try world.push(
            world.ravi.collect(1, 300_000, .cash, area),
            world.sita.collect(
                2, 120_000, .upi,
                area.merging(
                    [.reference: "865463525513"], uniquingKeysWith: { $1 })),
            world.meera.collect(
                3, 120_000, .upi,
                area.merging(
                    [.reference: "865463525513"], uniquingKeysWith: { $1 })),
            world.ravi.collect(4, 20_000, .cash, from: other, [.area: .key(sion)]),
            world.ravi.collect(5, 70_000, .cheque, [.reference: "000123", .bank: "HDFC"]),
            world.clerk.decide(1, .reverse, on: 5))
        #expect(world.hub.brokenInvariants == [])
        return world
    }

    private func day(_ worker: UInt64) -> [String: Value] {
        ["worker": .key(World.worker(worker)), "day": Self.day]
    }

    @Test("Pages of every size give what one page gives, in the same order")
    func pages() throws {
        let file = try BooksFile(Self.world().hub)
        let span: [String: Value] = ["from": "2026-10-01", "until": "2026-11-30"]
        let shop: [String: Value] = ["retailer": .key(World.shop)]
        let cases: [(Query, [String: Value], Int)] = [
            (FieldQueries.openInvoices, shop, 2),
            (FieldQueries.daySheet, day(1), 3),
            (
                FieldQueries.retailersToVisit, ["day": Self.day, "paid": 1, "search": ""], 2
            ),
            (OfficeQueries.statement, shop.merging(span, uniquingKeysWith: { $1 }), 6),
            (OfficeQueries.exceptionQueue, ["state": "OPEN", "severity": "HOLD"], 1),
            (OfficeQueries.workerPerformance, span, 3), (OfficeQueries.areaPerformance, span, 2),
            (OfficeQueries.agingByRetailer, ["day": Self.day, "active": 1], 2),
            (OfficeQueries.transactions, ["method": "", "posting": "", "review": ""], 5),
        ]
        for (query, arguments, count) in cases {
            let whole = try file.page(query, arguments)
            #expect(whole.rows.count == count, "\(query.name)")
            #expect(whole.next == nil)
            for limit in 1...3 {
                #expect(
                    try file.all(query, arguments, by: limit) == whole.rows, "\(query.name)")
            }
        }
    }

    @Test("A cursor is of one tenant, one query and its arguments; limits are bounded")
    func cursors() throws {
        let file = try BooksFile(Self.world().hub)
        let query = FieldQueries.daySheet
        let next = try #require(try file.page(query, day(1), limit: 1).next)
        #expect(try file.page(query, day(1), after: next, limit: 1).rows.count == 1)
        func refused(_ body: () throws -> Void) {
            #expect {
                try body()
            } throws: { ($0 as? Problem)?.code == .parameterInvalid }
        }
        refused { _ = try file.page(query, day(2), after: next) }
        refused { _ = try file.page(FieldQueries.daySheetLate, day(1), after: next) }
        refused {
            _ = try query.pageArguments(
                day(1), after: next, limit: 1, tenant: TenantID(high: 1, low: 1))
        }
        for text in ["", "00", "zz", String(next.dropLast(2)), next + "00"] {
            refused { _ = try file.page(query, day(1), after: text) }
        }
        for limit in [0, -1, 201, .max] { refused { _ = try file.page(query, limit: limit) } }
    }

    @Test("The sheet of a day has the area at collection, not the shop's present one")
    func areaAtCollection() throws {
        let world = try Self.world()
        try world.push(
            world.office.change(Self.other, [RetailerField.area: .key(Self.deonar)]))
        let rows = try BooksFile(world.hub).all(FieldQueries.daySheet, day(1))
        #expect(rows.map { $0[3] } == ["R001", "R002", "R001"])
        #expect(rows.map { $0[10] } == ["Deonar", "Sion", .null])
        #expect(rows.map { $0[0] } == ["CASH", "CASH", "CHEQUE"])
        #expect(rows.map { $0[12] } == ["POSTED", "POSTED", "REVERSED"])
        let span: [String: Value] = ["from": Self.day, "until": Self.day]
        let areas = try BooksFile(world.hub).all(OfficeQueries.areaPerformance, span)
        #expect(areas.map { $0[3] } == [420_000, 20_000])
    }

    @Test("What came after the close is on the next sheet, and named on its own day's")
    func late() throws {
        let world = try World()
        try world.push(
            world.office.state(
                RowKey(high: 0xDA, low: 1), [DayCloseField.day: Self.day]),
            world.ravi.collect(1, 10_000))
        let file = try BooksFile(world.hub)
        #expect(try file.all(FieldQueries.daySheet, day(1)).isEmpty)
        let late = try file.all(FieldQueries.daySheetLate, day(1))
        #expect(late.map { $0[16] } == ["2026-11-03"])
        let next = try file.all(
            FieldQueries.daySheet, ["worker": .key(World.worker(1)), "day": "2026-11-03"])
        #expect(next.map { $0[14] } == [1])
    }

    @Test("A statement ends with what the shop owes, however it is cut")
    func statement() throws {
        let world = try Self.world()
        let file = try BooksFile(world.hub)
        for (shop, owed) in [(World.shop, 1_180_000), (Self.other, 30_000)] as [(RowKey, Int64)] {
            for from in ["2026-10-01", "2026-11-02", "2027-01-01"] as [Value] {
                let balance = try file.run(
                    OfficeQueries.statementBalance, ["retailer": .key(shop), "day": from])
                let lines = try file.all(
                    OfficeQueries.statement,
                    ["retailer": .key(shop), "from": from, "until": "2027-01-01"])
                let moved = lines.reduce(0) {
                    $0 + ($1[5].integerValue ?? 0) - ($1[6].integerValue ?? 0)
                }
                #expect((balance.first?.first?.integerValue ?? 0) + moved == owed)
            }
            #expect(world.hub.entry(RetailerField.self, shop)?.money(.outstanding) == owed)
        }
    }

    @Test("A shop is to be visited until something was collected; colleagues' money is told apart")
    func visits() throws {
        let world = try Self.world()
        let file = try BooksFile(world.hub)
        func list(_ day: Value, _ paid: Value, _ search: Value = "") throws -> [[Value]] {
            try file.all(
                FieldQueries.retailersToVisit, ["day": day, "paid": paid, "search": search])
        }
        #expect(try list(Self.day, 0).isEmpty)
        #expect(try list(Self.day, 1).map { $0[1] } == ["R001", "R002"])
        #expect(try list("2026-11-03", 0).map { $0[1] } == ["R001", "R002"])
        #expect(try list("2026-11-03", 0, "sTor").map { $0[1] } == ["R002"])
        let shop = try #require(try list(Self.day, 1).last)
        // 300.00 are open of an invoice of July.
        #expect(shop[4] == 30_000 && shop[5] == 30_000)
        // Collected here, and nothing by others whom this replica does not see.
        #expect(shop[10] == 20_000 && shop[11] == 0)
    }

    @Test(
        "Cash in hand is what was posted less what was handed over, and its age the newest part's")
    func cash() throws {
        let world = try World()
        world.ravi.now = World.start
        try world.push(world.ravi.collect(1, 30_000))
        world.ravi.now = World.start + 2 * 86_400_000
        world.hub.clock = world.ravi.now
        try world.push(world.ravi.collect(2, 20_000))
        func hand() throws -> [Value] {
            let file = try BooksFile(world.hub)
            return try #require(try file.all(OfficeQueries.cashInHand, [:]).first)
        }
        #expect(try Array(hand()[2...]) == [50_000, 0, "2026-11-02", 0])
        try world.push(
            world.office.state(
                RowKey(high: 0x4A, low: 1),
                [
                    HandoverField.worker: .key(World.worker(1)), .cash: 35_000, .counted: 35_000,
                ]))
        #expect(try Array(hand()[2...]) == [15_000, 0, "2026-11-04", 0])
    }

    @Test("Buckets add up to what is open, and the dashboard to the books")
    func dashboard() throws {
        let world = try Self.world()
        let file = try BooksFile(world.hub)
        let aging = try #require(try file.run(OfficeQueries.aging, ["day": Self.day]).first)
        // 16,000.00 less 4,200.00: the older one is due at the year's end, the other was in
        // October, and 300.00 of July are beyond ninety days.
        #expect(aging == [580_000, 600_000, 0, 0, 30_000, 1_210_000])
        let shops = try file.all(
            OfficeQueries.agingByRetailer, ["day": Self.day, "active": 1])
        #expect(
            shops.map { Array($0[4...9]) } == [
                [580_000, 600_000, 0, 0, 0, 1_180_000], [0, 0, 0, 0, 30_000, 30_000],
            ])
        let rows = try file.run(
            DashboardQuery.dashboard, ["day": Self.day, "from": "2026-11-01"])
        func figures(_ section: Value) -> [String] {
            rows.filter { $0[0] == section }.map {
                "\($0[1].textValue ?? "") \($0[2].integerValue ?? 0) \($0[3].integerValue ?? 0)"
            }
        }
        #expect(
            figures("standing") == [
                "outstanding 2 1210000", "held 1 120000", "active retailers 2 0",
                "overdue 2 630000",
            ])
        #expect(figures("today") == ["CASH 2 320000", "CHEQUE 1 0", "UPI 2 120000"])
        #expect(figures("month") == ["collected 5 440000"])
        #expect(
            figures("worker") == [
                "Worker 1 3 320000", "Worker 2 1 120000", "Worker 3 1 0",
            ])
        #expect(figures("area") == ["Deonar 2 420000", "Sion 1 20000"])
        #expect(
            figures("aging").sorted() == [
                "1 to 30 days 1 600000", "31 to 60 days 0 0", "61 to 90 days 0 0",
                "not due 1 580000", "over 90 days 1 30000",
            ])
        #expect(figures("exception") == ["HOLD 1 120000"])
        #expect(figures("payment").count == 5)
    }
}
