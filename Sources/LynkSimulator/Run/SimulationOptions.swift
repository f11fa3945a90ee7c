/// How a seed is run.
package struct SimulationOptions: Sendable {
    /// Keeps every line of the trace, not only the last ones.
    package var keepsTrace: Bool
    /// Names of the checkers that watch; `nil` for all.
    package var checkers: Set<String>?
    /// A slip that is planted on purpose.
    package var slip: Slip?
    /// Fault kinds that are left out.
    package var without: Set<FaultMix.Kind>
    /// Numbers of the planned events that happen; `nil` for all.
    package var events: Set<Int>?

    package init(
        keepsTrace: Bool = false, checkers: Set<String>? = nil, slip: Slip? = nil,
        without: Set<FaultMix.Kind> = [], events: Set<Int>? = nil
    ) {
        self.keepsTrace = keepsTrace
        self.checkers = checkers
        self.slip = slip
        self.without = without
        self.events = events
    }
}
