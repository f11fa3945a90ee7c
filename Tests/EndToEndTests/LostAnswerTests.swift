import Lynk
import LynkPayments
import Testing

@Suite("Lines that lose answers and repeat requests")
struct LostAnswerTests {
    private static let books = """
        shop R001 1350000 0 0 0
        shop R002 500000 0 0 0
        open INV-101 750000 PARTIAL
        open INV-102 600000 OPEN
        open INV-201-Apollo Medicals 500000 OPEN
        collected 1 250000 250000 0 250000 0
        trial 2600000 2600000 0
        """

    /// A hub, and a worker with one unsent payment.
    private static func withPending(
        _ body: @escaping @Sendable (Installation, Wholesaler, Phone) async throws -> Void
    ) async throws {
        try await Installation.run { hub in
            let tank = Wholesaler.first
            try await hub.office.open(tank)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            try ravi.collect(250_000, at: tank.shop)
            try await body(hub, tank, ravi)
            #expect(try await ravi.sync().digestMatches)
            try ravi.expectInStep()
            #expect(try ravi.receipts().count == 1)
            let found = try await hub.office.books(of: tank.tenant)
            #expect(found == books)
        }
    }

    @Test(
        "The hub has committed and its answer is lost: one effect",
        arguments: [Line.Fault.droppedAnswer, .cutAnswer])
    func lostAnswer(fault: Line.Fault) async throws {
        try await Self.withPending { hub, tank, ravi in
            ravi.line.fail(next: fault)
            let problem = await #expect(throws: Problem.self) { try await ravi.sync() }
            #expect(problem?.code == .unreachable)
            #expect(problem?.code.isTransient == true)
            let committed = try hub.snapshot(of: tank.tenant)
            let report = try await ravi.sync()
            #expect(report.receiptsTotal <= 1)
            #expect(report.receiptsRepeated == report.receiptsTotal)
            #expect(try hub.snapshot(of: tank.tenant).differences(from: committed) == [])
        }
    }

    @Test("A request that arrives twice has one effect")
    func repeatedUpload() async throws {
        try await Self.withPending { hub, tank, ravi in
            let before = try hub.snapshot(of: tank.tenant)
            ravi.line.fail(next: .repeatedUpload)
            let report = try await ravi.sync()
            #expect(report.receiptsTotal == 1)
            #expect(report.receiptsRepeated == 1)
            let after = try hub.snapshot(of: tank.tenant)
            #expect(after.rows("lynk_log").count == before.rows("lynk_log").count + 1)
            #expect(after.rows("payment").count == 1)
        }
    }

    @Test("The same bytes again, many at once, change nothing")
    func floodOfRepeats() async throws {
        try await Self.withPending { hub, tank, ravi in
            try await ravi.sync()
            let request = try #require(ravi.line.lastExchange)
            let before = try hub.snapshot(of: tank.tenant)
            try await withThrowingTaskGroup(of: Int.self) { group in
                for _ in 0..<8 {
                    group.addTask { try await hub.transport.send(request).head.status }
                }
                for try await status in group { #expect(status == 200) }
            }
            #expect(try hub.snapshot(of: tank.tenant).differences(from: before) == [])
        }
    }

    @Test("A captive portal's page is no answer, and nothing is lost")
    func signInPage() async throws {
        try await Self.withPending { hub, tank, ravi in
            let before = try hub.snapshot(of: tank.tenant)
            ravi.line.fail(next: .signInPage)
            let problem = await #expect(throws: Problem.self) { try await ravi.sync() }
            #expect(problem?.code == .responseInvalid)
            #expect(try ravi.replica.status().pending == 1)
            #expect(try hub.snapshot(of: tank.tenant).differences(from: before) == [])
        }
    }
}
