/// Makes a failing seed small: leaves out fault kinds, devices and events while the same checker
/// still finds something wrong.
///
/// Events draw from seeds of their own, so leaving one out does not change the others. Modelled on
/// delta debugging (Zeller and Hildebrandt, 2002).
package struct Shrinker {
    private let seed: UInt64
    private var options: SimulationOptions
    private let checker: String
    private var runsLeft: Int

    /// - Parameter runs: at most so many attempts.
    package init(_ outcome: Outcome, _ options: SimulationOptions, runs: Int = 400) {
        seed = outcome.seed
        self.options = options
        checker = outcome.breach?.checker ?? ""
        runsLeft = runs
    }

    /// - Returns: options with which the seed still fails, and its outcome then.
    package mutating func shrunk() -> (SimulationOptions, Outcome) {
        var plan = Plan(seed: seed, without: options.without, store: options.store)
        var events = plan.events.filter { options.events?.contains($0.number) ?? true }
        for slot in stride(from: plan.devices + 2, through: 0, by: -1) {
            let less = events.filter { $0.act.device != slot }
            if less.count < events.count, fails(less) { events = less }
        }
        for kind in FaultMix.Kind.allCases where plan.mix.has(kind) {
            var less = options
            less.without.insert(kind)
            less.events = nil
            // Another mix plans other events, so only what does not plan may be left out here.
            guard !Self.plans.contains(kind) else { continue }
            less.events = Set(events.map(\.number))
            if fails(less) { options = less }
        }
        var size = max(events.count / 2, 1)
        while runsLeft > 0 {
            var start = 0
            while start < events.count, runsLeft > 0 {
                var less = events
                less.removeSubrange(start..<min(start + size, events.count))
                if fails(less) { events = less } else { start += size }
            }
            if size == 1 { break }
            size = max(size / 2, 1)
        }
        options.events = Set(events.map(\.number))
        options.keepsTrace = true
        plan.events = events
        return (options, Simulation.run(seed: seed, options))
    }

    /// Kinds that stand on the menu of events.
    private static let plans: Set<FaultMix.Kind> = [
        .reassignment, .clockJump, .reboot, .crash, .deviceRestore, .clone, .partition,
        .revocation, .byzantine, .hubRestart, .hubOutage, .hubRestore, .hubClock, .floor,
        .schemaSkew, .poison, .away, .drawer, .monthEnd, .daylight, .migration, .ties,
    ]

    private mutating func fails(_ events: [PlannedEvent]) -> Bool {
        var less = options
        less.events = Set(events.map(\.number))
        return fails(less)
    }

    private mutating func fails(_ options: SimulationOptions) -> Bool {
        guard runsLeft > 0 else { return false }
        runsLeft -= 1
        var quiet = options
        quiet.keepsTrace = false
        return Simulation.run(seed: seed, quiet).breach?.checker == checker
    }
}
