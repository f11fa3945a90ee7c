import LynkCore
import Testing

@testable import LynkSimulator

@Suite("Simulated worlds that collect money")
struct PaymentSimulationTests {
    private let options = SimulationOptions(workload: .payments)

    @Test("The same seed gives the same history")
    func deterministic() {
        for seed in UInt64(1)...4 {
            let (first, second) = (
                Simulation.run(seed: seed, options), Simulation.run(seed: seed, options)
            )
            #expect(first.traceHash == second.traceHash)
            #expect(first.commits > 3)
        }
    }

    /// Two halves, so that two cores have something to do.
    @Test("Every seed holds", arguments: 0...1)
    func seeds(_ half: UInt64) {
        for seed in UInt64(1)...48 where seed % 2 == half {
            let outcome = Simulation.run(seed: seed, options)
            guard outcome.breach != nil else { continue }
            Issue.record("\(FailureReport(outcome, options, commit: "this"))")
        }
    }

    @Test("Tables and columns that the workload names are there")
    func names() {
        let columns: [(BookTable, [String])] = [
            (.tenantProfile, ["name", "allocation_order"]), (.area, ["name"]),
            (.worker, ["name", "area_ids", "active"]),
            (
                .retailer,
                [
                    "code", "name", "phone", "area", "direct_worker_ids", "active", "outstanding",
                    "unapplied_credit", "held_amount", "total_invoiced", "total_paid",
                ]
            ),
            (
                .invoice,
                [
                    "retailer", "invoice_number", "issue_date", "due_date", "taxable", "gst",
                    "total", "cancelled", "open", "status",
                ]
            ),
            (
                .payment,
                [
                    "retailer", "worker", "amount", "method", "reference", "receipt_no",
                    "claimed_at", "intent", "provisional", "lifecycle", "posting", "applied",
                    "unapplied",
                ]
            ),
            (.allocation, ["payment", "invoice", "retailer", "amount", "voided_by"]),
            (.journalEntry, ["kind"]),
            (.posting, ["entry", "account", "party", "debit", "credit"]),
            (.exception, ["kind", "subjects", "retailer", "payment", "rival"]),
        ]
        for (table, names) in columns {
            #expect(table.id > 0, "\(table.schema.name)")
            for name in names {
                #expect(table.schema.ordinal(named: name) != nil, "\(table.schema.name).\(name)")
            }
        }
    }

    @Test(
        "A slip in the books is found by the checker that is there for it",
        arguments: PaymentSlip.allCases)
    func slips(_ slip: PaymentSlip) {
        var options = options
        options.paymentSlip = slip
        options.checkers = [slip.checker]
        let found = (UInt64(1)...40).first { seed in
            Simulation.run(seed: seed, options).breach?.checker == slip.checker
        }
        #expect(found != nil)
    }

    @Test("A campaign that was told nothing plays both applications")
    func mixing() {
        #expect(Set((UInt64(1)...4).map(WorkloadKind.init(mixing:))) == [.policies, .payments])
        #expect(WorkloadKind.payments.application(version: 1, nil).schema.name == "payments")
    }

    @Test("A failing world of payments says how it is played again")
    func replay() {
        let outcome = Simulation.run(seed: 2, options)
        #expect(
            FailureReport(outcome, options, commit: "abc").replay
                .contains("--seed 2 --trace --workload payments"))
    }
}
