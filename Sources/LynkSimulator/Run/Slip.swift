/// A slip that is planted at the simulator's seam, to see that a checker finds it: a green run
/// shows that nothing bad was seen, not that it would have been.
package enum Slip: String, CaseIterable, Sendable {
    /// The hub answers without the receipts of a push.
    case droppedReceipt = "dropped-receipt"
    /// The hub applies a change of a push a second time, by itself.
    case repeatedEffect = "repeated-effect"
    /// The hub applies one change of a change set and not the other.
    case tornChangeSet = "torn-change-set"
    /// A checkpoint claims commits that are yet to come.
    case inflatedContext = "inflated-context"
    /// A checkpoint claims less than its pages brought.
    case deflatedContext = "deflated-context"
    /// The hub opens its file again in the era before.
    case reusedEra = "reused-era"
    /// A page of an earlier pull comes in the place of one of this.
    case stalePage = "stale-page"
    /// A page is passed over, and its checkpoint is applied all the same.
    case skippedPage = "skipped-page"
    /// The hub gives receipts and then loses the commit.
    case lostCommit = "lost-commit"
    /// The hub says durable of what is in no backup.
    case earlyDurable = "early-durable"
    /// A deleted row comes back by itself.
    case resurrectedRow = "resurrected-row"
    /// A worker's pull is answered as if the office asked.
    case widenedScopes = "widened-scopes"
    /// The hub says of a change set the second time something else than the first.
    case changedReceipt = "changed-receipt"
    /// The device forgets what it had written last.
    case forgottenWrite = "forgotten-write"

    /// The disks say that they have synced, and have not.
    case lyingDisk = "lying-disk"

    /// It can only be planted under a store on a disk.
    package var isOfDisk: Bool { self == .lyingDisk }

    /// The checker that must find it.
    package var checker: String {
        switch self {
        case .droppedReceipt: Drains.name
        case .repeatedEffect: EffectsOnce.name
        case .tornChangeSet: AtomicSight.name
        case .inflatedContext: NoFalseOrder.name
        case .deflatedContext: NoMissedOrder.name
        case .reusedEra: UniqueDots.name
        case .stalePage, .skippedPage: EqualDigests.name
        case .lostCommit: LogOnlyGrows.name
        case .earlyDurable: DurableSurvives.name
        case .resurrectedRow: NoResurrection.name
        case .widenedScopes: OwnScopesOnly.name
        case .changedReceipt: OneReceipt.name
        case .forgottenWrite: NothingVanishes.name
        case .lyingDisk: World.filesAreWhole
        }
    }
}
