import Lynk
import LynkPayments
import Testing

@Suite("Devices that stay connected")
struct LiveTests {
    /// Looks after each checkpoint for a state of the phone's rows; a time limit bounds it.
    private func reached(_ phone: Phone, _ sql: String, _ rows: [String]) async throws {
        let checkpoints = phone.checkpoints()
        if try phone.rows(sql) == rows { return }
        for await _ in checkpoints {
            if try phone.rows(sql) == rows { return }
        }
    }

    @Test("A write here is a row there, with no poll in between", .timeLimit(.minutes(2)))
    func writesAndCommitsCrossWithoutPolling() async throws {
        try await Installation.run { hub in
            let tank = Wholesaler.first
            try await hub.office.open(tank)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            let sita = try await Phone.enrolled("sita", tank.sita, of: tank, at: hub)
            let loops = [ravi, sita].map { phone in Task { await phone.run() } }
            defer { for loop in loops { loop.cancel() } }
            for phone in [ravi, sita] {
                for await state in phone.states() where state == .live { break }
            }
            for round in 1...3 {
                try ravi.collect(10_000, at: tank.shop)
                ravi.wake()
                try await reached(
                    sita, "SELECT count(*) AS n FROM collection_notice", ["n=\(2 * round - 1)"])
                try sita.collect(20_000, at: tank.shop)
                sita.wake()
                try await reached(
                    ravi, "SELECT count(*) AS n FROM collection_notice", ["n=\(2 * round)"])
            }
            // A call for a whole sync ends the live answer, and the loop goes on afterwards.
            #expect(try await ravi.sync().digestMatches)
            for loop in loops { loop.cancel() }
            for loop in loops { await loop.value }
            for phone in [ravi, sita] {
                #expect(try await phone.sync().digestMatches)
                try phone.expectInStep()
            }
            let found = try await hub.office.books(of: tank.tenant)
            #expect(found.contains("collected 6 90000"))
        }
    }
}
