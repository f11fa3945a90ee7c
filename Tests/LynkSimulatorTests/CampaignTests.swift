import LynkSimulator
import Testing

@Suite("What a campaign of seeds comes to")
struct CampaignTests {
    @Test("Rates are those of an hour, and a line of the file has a field for each column")
    func rates() {
        var report = CampaignReport()
        let outcome = Simulation.run(seed: 1)
        report.add(outcome)
        report.add(outcome)
        let rates = report.rates(seconds: 3_600)
        #expect(rates.seeds == 2)
        #expect(rates.events == outcome.steps * 2)
        let row = rates.row(
            of: report, date: "2026-01-02", commit: "a,b", store: "memory", cores: 2)
        let fields = row.split(separator: ",", omittingEmptySubsequences: false)
        #expect(
            fields.count
                == CampaignRates.header.split(separator: ",", omittingEmptySubsequences: false)
                .count)
        #expect(row.hasPrefix("2026-01-02,a b,simulator,memory,2,2,0,2,"))
        #expect(report.text(seconds: 3_600).contains("2 seeds/hour"))
    }

    @Test("A breach counts for the checker that found it, and every mark has a line")
    func findings() {
        let options = SimulationOptions(slip: .inflatedContext)
        var report = CampaignReport()
        for seed in UInt64(1)...6 { report.add(Simulation.run(seed: seed, options)) }
        #expect(report.failures > 0)
        #expect(report.findings.values.reduce(0, +) == report.failures)
        #expect(report.marks.table.split(separator: "\n").count == Mark.allCases.count)
    }

    @Test("Seconds of nothing are no division by zero")
    func noTime() {
        #expect(CampaignReport().rates(seconds: 0).seeds == 0)
    }
}
