/// What a checker found wrong; it ends the run.
package struct Breach: Error, Sendable, CustomStringConvertible {
    /// The checker's name.
    package let checker: String
    /// The invariant that it holds, as the list of invariants names it.
    package let invariant: String
    package let what: String
    /// The device; `nil` for the hub.
    package let device: Int?

    package init(_ checker: String, _ invariant: String, _ what: String, device: Int? = nil) {
        self.checker = checker
        self.invariant = invariant
        self.what = what
        self.device = device
    }

    package var description: String { "\(checker) (\(invariant)): \(what)" }
}

/// In which part of a run something happened.
package enum Phase: String, Sendable {
    /// Everything may be broken.
    case safety
    /// Faults have stopped: everything must come to rest.
    case liveness
    /// Everything is at rest.
    case rest
}
