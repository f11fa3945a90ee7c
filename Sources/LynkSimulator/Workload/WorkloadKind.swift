import LynkCore
import LynkPayments

/// Which application the people of a world work with, and how they do.
package enum WorkloadKind: String, CaseIterable, Sendable {
    /// Every merge policy of the simulated application.
    case policies
    /// Collecting money offline.
    case payments

    /// What a campaign plays when it is told nothing: half of each.
    package init(mixing seed: UInt64) { self = seed.isMultiple(of: 2) ? .payments : .policies }

    /// - Parameter slip: one in the books, planted on purpose.
    func application(version: UInt32, _ slip: PaymentSlip?) -> any Application {
        switch self {
        case .policies: return SimulatedApplication(version: version)
        case .payments:
            if let slip { return SpoiledPayments(slip) }
            return Payments()
        }
    }

    /// The versions that programs of one world may have; a single one knows no skew.
    var newestVersion: UInt32 {
        switch self {
        case .policies: 2
        case .payments: Payments().schema.version
        }
    }

    var officeRole: String {
        switch self {
        case .policies: "office"
        case .payments: Role.admin.rawValue
        }
    }

    /// Checkers that ask about tables of the other application have nothing to say.
    var checkers: [any Checker.Type] {
        switch self {
        case .policies: Checkers.all
        case .payments:
            Checkers.all.filter { !Self.ofPolicies.contains($0.name) } + PaymentCheckers.all
        }
    }

    private static let ofPolicies: Set<String> = [
        EffectsOnce.name, AtomicSight.name, CausesBeforeEffects.name, NoResurrection.name,
        OwnScopesOnly.name, FactsStay.name, UniqueClaims.name, ReferencesHold.name,
        VerdictsHold.name, NothingLostSilently.name,
    ]
}
