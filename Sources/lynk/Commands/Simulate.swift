import ArgumentParser
import Foundation
import LynkSimulator

extension WorkloadKind: ExpressibleByArgument {}
extension StoreKind: ExpressibleByArgument {}

/// Plays worlds with faults against the shipped engine, stores and wire bytes.
struct Simulate: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Plays simulated worlds with faults, and reports what does not hold.",
        discussion: """
            One seed decides everything of a world: devices, work, faults, lines and clocks. A \
            failing seed is printed with the command that plays it again.

              lynk simulate --seeds 1000            many worlds, and what they reached
              lynk simulate --seed 7 --trace        one world, line by line
              lynk simulate --seed 7 --shrink       the smallest world that still fails
              lynk simulate --seeds 50 --hashes     what two builds must agree about
            """)

    @Option(help: "Play this one seed.")
    var seed: UInt64?
    @Option(help: "Play so many seeds, beginning with --from.")
    var seeds: UInt64 = 100
    @Option(help: "The first seed.")
    var from: UInt64 = 1
    @Option(help: "What replicas and hub are made of: memory, or sqlite on simulated disks.")
    var store: StoreKind = .memory
    @Option(
        help: "The application: policies or payments; without it, a campaign plays half of each.")
    var workload: WorkloadKind?
    @Option(help: "Worlds that are played at once.")
    var jobs: Int = 1
    @Flag(help: "Print every line of a world's trace.")
    var trace = false
    @Flag(help: "Make a failing world as small as possible.")
    var shrink = false
    @Option(help: "Only these planned events happen, e.g. 3,7-9; what a shrinker prints.")
    var keep: String?
    @Option(help: "Fault kinds to leave out, separated by commas.")
    var without: String?
    @Option(help: "Checkers that watch, separated by commas; all without it.")
    var checkers: String?
    @Option(help: "Plant a slip, to see that a checker finds it.")
    var slip: String?
    @Option(help: "Names the code in reports; without it, the environment's LYNK_COMMIT.")
    var commit: String?
    @Option(help: "Fail when a mark was never reached in a run of at least so many seeds.")
    var marksFrom: UInt64 = 1_000

    @Flag(help: "Fail when a mark was never reached, however few seeds there were.")
    var marksRequired = false
    @Option(help: "Append the rates of this campaign to a file of comma-separated values.")
    var record: String?
    @Option(help: "The day that --record writes down, e.g. 2026-11-23.")
    var date: String = "undated"
    @Option(
        help: """
            Play seed after seed until one of these checkers, separated by commas, finds \
            something; fail when none does.
            """)
    var until: String?
    @Flag(help: "Print each seed with the hash of its trace, to compare two builds.")
    var hashes = false

    func run() async throws {
        let options = try options()
        if let seed {
            try play(seed, options)
        } else if let until {
            try hunt(Set(until.split(separator: ",").map(String.init)), options)
        } else if hashes {
            for seed in from..<from + seeds {
                let outcome = Simulation.run(seed: seed, options)
                print(seed, String(format: "%016llx", outcome.traceHash), outcome.steps)
            }
        } else {
            try await campaign(options)
        }
    }

    private var code: String {
        commit ?? ProcessInfo.processInfo.environment["LYNK_COMMIT"] ?? "unnamed"
    }

    private func options() throws -> SimulationOptions {
        var options = SimulationOptions(
            workload: workload ?? .policies, store: store, keepsTrace: trace)
        if let keep {
            guard let numbers = FailureReport.numbers(keep) else {
                throw ValidationError("--keep takes numbers and ranges, e.g. 3,7-9.")
            }
            options.events = numbers
        }
        if let without {
            options.without = Set(
                try without.split(separator: ",").map { name in
                    guard let kind = FaultMix.Kind(rawValue: String(name)) else {
                        let known = FaultMix.Kind.allCases.map(\.rawValue)
                        throw ValidationError("Fault kinds: \(known.joined(separator: ", ")).")
                    }
                    return kind
                })
        }
        if let checkers { options.checkers = Set(checkers.split(separator: ",").map(String.init)) }
        if let slip {
            options.slip = Slip(rawValue: slip)
            options.paymentSlip = PaymentSlip(rawValue: slip)
            guard options.slip != nil || options.paymentSlip != nil else {
                let names = Slip.allCases.map(\.rawValue) + PaymentSlip.allCases.map(\.rawValue)
                throw ValidationError("Slips: \(names.joined(separator: ", ")).")
            }
        }
        return options
    }

    private func play(_ seed: UInt64, _ options: SimulationOptions) throws {
        var outcome = Simulation.run(seed: seed, options)
        var options = options
        if shrink, outcome.breach != nil {
            var shrinker = Shrinker(outcome, options)
            (options, outcome) = shrinker.shrunk()
        }
        if trace || shrink { for line in outcome.trace.lines { print(line) } }
        print(String(format: "trace %016llx", outcome.traceHash), "lines \(outcome.trace.count)")
        guard outcome.breach == nil else {
            print(FailureReport(outcome, options, commit: code))
            throw ExitCode(1)
        }
        print("seed \(seed) holds: \(outcome.commits) commits, faults \(outcome.mix)")
    }

    /// A campaign that was not told what to play plays both.
    private func options(_ options: SimulationOptions, of seed: UInt64) -> SimulationOptions {
        guard workload == nil else { return options }
        var options = options
        options.workload = WorkloadKind(mixing: seed)
        return options
    }

    private func campaign(_ options: SimulationOptions) async throws {
        let clock = ContinuousClock()
        let start = clock.now
        var report = CampaignReport()
        let last = from + max(seeds, 1) - 1
        await withTaskGroup(of: Outcome.self) { group in
            var next = from
            func add() {
                let seed = next
                next += 1
                let chosen = self.options(options, of: seed)
                group.addTask { Simulation.run(seed: seed, chosen) }
            }
            while next <= min(last, from + UInt64(max(jobs, 1)) - 1) { add() }
            for await outcome in group {
                report.add(outcome)
                if outcome.breach != nil {
                    print(
                        FailureReport(
                            outcome, self.options(options, of: outcome.seed), commit: code))
                }
                if next <= last { add() }
            }
        }
        let elapsed = start.duration(to: clock.now)
        let seconds =
            Double(elapsed.components.seconds)
            + Double(elapsed.components.attoseconds) / 1e18
        print(report.text(seconds: seconds))
        if let record { try append(report, seconds, to: record) }
        let missing = report.marks.missing(in: store)
        let isShort =
            !missing.isEmpty && (marksRequired || seeds >= marksFrom)
        if isShort {
            print("never reached: \(missing.map(\.rawValue).joined(separator: ", "))")
        }
        if report.failures > 0 || isShort { throw ExitCode(1) }
    }

    /// Plays seed after seed until one of the named checkers finds something: what a table of
    /// mutants asks.
    private func hunt(_ names: Set<String>, _ options: SimulationOptions) throws {
        var report = CampaignReport()
        for seed in from..<from + seeds {
            let outcome = Simulation.run(seed: seed, options)
            report.add(outcome)
            guard let breach = outcome.breach, names.contains(breach.checker) else { continue }
            print("found \(breach.checker) seed \(seed) tried \(report.seeds): \(breach.what)")
            return
        }
        let others = report.findings.sorted { $0.key < $1.key }.map { "\($0.key) \($0.value)" }
        print("found nothing tried \(report.seeds): \(others.joined(separator: ", "))")
        throw ExitCode(1)
    }

    private func append(_ report: CampaignReport, _ seconds: Double, to path: String) throws {
        let row = report.rates(seconds: seconds).row(
            of: report, date: date, commit: code, store: store.rawValue, cores: jobs)
        let file = URL(fileURLWithPath: path)
        let isThere = FileManager.default.fileExists(atPath: path)
        var text = isThere ? try String(contentsOf: file, encoding: .utf8) : ""
        if text.isEmpty { text = CampaignRates.header + "\n" }
        if !text.hasSuffix("\n") { text += "\n" }
        try Data((text + row + "\n").utf8).write(to: file, options: .atomic)
    }
}
