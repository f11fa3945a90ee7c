/// A failing seed as people read it: what broke, where, and the command that plays it again.
package struct FailureReport: CustomStringConvertible, Sendable {
    private let outcome: Outcome
    private let options: SimulationOptions
    private let commit: String

    /// - Parameter commit: names the code that failed, e.g. `git describe --always --dirty`.
    package init(_ outcome: Outcome, _ options: SimulationOptions, commit: String) {
        self.outcome = outcome
        self.options = options
        self.commit = commit
    }

    /// Plays the same again with every line of its trace.
    package var replay: String {
        var words = ["lynk simulate --seed \(outcome.seed) --trace"]
        if options.workload != .policies {
            words.append("--workload \(options.workload.rawValue)")
        }
        if options.store != .memory { words.append("--store \(options.store.rawValue)") }
        if let events = options.events { words.append("--keep \(Self.ranges(events))") }
        if !options.without.isEmpty {
            let names = options.without.map(\.rawValue).sorted().joined(separator: ",")
            words.append("--without '\(names)'")
        }
        if let slip = options.slip { words.append("--slip \(slip.rawValue)") }
        if let slip = options.paymentSlip { words.append("--slip \(slip.rawValue)") }
        if let checkers = options.checkers {
            words.append("--checkers \(checkers.sorted().joined(separator: ","))")
        }
        return words.joined(separator: " ")
    }

    package var description: String {
        let breach = outcome.breach
        let place = breach?.device.map { "device d\($0)" } ?? "the hub"
        return """
            FAILED  seed \(outcome.seed)  commit \(commit)  phase \(outcome.phase.rawValue)  \
            tick \(outcome.tick)
              broke    \(breach?.what ?? "nothing") (checker \(breach?.checker ?? "none"), \
            \(breach?.invariant ?? "none"))
              at       \(place), of \(outcome.devices) devices, after \(outcome.commits) commits
              faults   \(outcome.mix)
              replay   \(replay)
            """
    }

    /// Numbers as `1,4-9,12`.
    package static func ranges(_ numbers: Set<Int>) -> String {
        var parts: [String] = []
        var run: ClosedRange<Int>?
        for number in numbers.sorted() {
            if let known = run, number == known.upperBound + 1 {
                run = known.lowerBound...number
            } else {
                run.map { parts.append(text($0)) }
                run = number...number
            }
        }
        run.map { parts.append(text($0)) }
        return parts.joined(separator: ",")
    }

    private static func text(_ range: ClosedRange<Int>) -> String {
        range.count == 1
            ? "\(range.lowerBound)" : "\(range.lowerBound)-\(range.upperBound)"
    }

    /// Reads what ``ranges(_:)`` writes; `nil` for anything else.
    package static func numbers(_ text: String) -> Set<Int>? {
        var numbers: Set<Int> = []
        for part in text.split(separator: ",") {
            let ends = part.split(separator: "-").map { Int($0) }
            guard (1...2).contains(ends.count), let first = ends[0],
                let last = ends[ends.count - 1],
                first <= last
            else { return nil }
            numbers.formUnion(first...last)
        }
        return numbers
    }
}
