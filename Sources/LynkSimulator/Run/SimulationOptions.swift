/// How a seed is run.
package struct SimulationOptions: Sendable {
    /// Which application its people work with.
    package var workload: WorkloadKind
    /// What the hub and the devices keep their data in.
    package var store: StoreKind
    /// Keeps every line of the trace, not only the last ones.
    package var keepsTrace: Bool
    /// Names of the checkers that watch; `nil` for all.
    package var checkers: Set<String>?
    /// A slip that is planted on purpose.
    package var slip: Slip?
    /// A slip in the books that is planted on purpose.
    package var paymentSlip: PaymentSlip?
    /// Fault kinds that are left out.
    package var without: Set<FaultMix.Kind>
    /// Numbers of the planned events that happen; `nil` for all.
    package var events: Set<Int>?

    package init(
        workload: WorkloadKind = .policies, store: StoreKind = .memory, keepsTrace: Bool = false,
        checkers: Set<String>? = nil, slip: Slip? = nil,
        without: Set<FaultMix.Kind> = [], events: Set<Int>? = nil
    ) {
        self.workload = workload
        self.store = store
        self.keepsTrace = keepsTrace
        self.checkers = checkers
        self.slip = slip
        self.without = without
        self.events = events
    }
}
