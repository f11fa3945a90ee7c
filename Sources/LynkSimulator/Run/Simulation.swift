import LynkCore

/// What became of one seed.
package struct Outcome: Sendable {
    package let seed: UInt64
    package let mix: String
    package let devices: Int
    package let events: Int
    /// What was wrong; `nil` for a seed that holds.
    package let breach: Breach?
    package let phase: Phase
    /// Milliseconds of virtual time at the end.
    package let tick: Int64
    package let traceHash: UInt64
    package let trace: Trace
    package let marks: Marks
    package let commits: Int
    /// Events that were dealt with: of people, machines, lines and clocks.
    package let steps: Int
}

/// One world from its seed to its end.
package enum Simulation {
    /// Runs a seed: faults, then healing, then rest. The same seed and options give the same
    /// outcome, on every machine.
    package static func run(
        seed: UInt64, _ options: SimulationOptions = SimulationOptions()
    ) -> Outcome {
        var plan = Plan(seed: seed, without: options.without, store: options.store)
        if let kept = options.events { plan.events.removeAll { !kept.contains($0.number) } }
        return run(plan, options)
    }

    static func run(_ plan: Plan, _ options: SimulationOptions) -> Outcome {
        var world: World?
        var breach: Breach?
        do {
            let made = try World(plan, options: options)
            world = made
            try made.drainQueue()
            try made.heal()
            made.restless = try made.settle()
            made.phase = .rest
            if made.truth.hubRestores > 0 { made.reach(.hubHealed) }
            try made.tell(.rested)
        } catch let found as Breach {
            breach = found
        } catch {
            breach = Breach("NoInnerFailure", "X5", "\(error)")
        }
        if let world, let unread = world.unreadable { breach = unread }
        return Outcome(
            seed: plan.seed, mix: plan.mix.description, devices: plan.devices,
            events: plan.events.count, breach: breach, phase: world?.phase ?? .safety,
            tick: world?.time.tick ?? 0, traceHash: world?.trace.hash ?? 0,
            trace: world?.trace ?? Trace(isKept: false), marks: world?.marks ?? Marks(),
            commits: world?.truth.log.count ?? 0, steps: world?.steps ?? 0)
    }
}
