/// A slip that is planted at the simulator's seam, to see that a checker finds it: a green run
/// shows that nothing bad was seen, not that it would have been.
package enum Slip: String, CaseIterable, Sendable {
    /// The hub answers without the receipts of a push.
    case droppedReceipt = "dropped-receipt"
    /// The hub applies the changes of a push a second time, as the office's.
    case repeatedEffect = "repeated-effect"
    /// A checkpoint claims what its pages did not bring.
    case inflatedContext = "inflated-context"
    /// The hub opens its file again in the era before.
    case reusedEra = "reused-era"
    /// A page of an earlier pull comes in the place of one of this.
    case stalePage = "stale-page"
    /// The hub gives receipts and then loses the commit.
    case lostCommit = "lost-commit"
    /// A worker's pull is answered as if the office asked.
    case widenedScopes = "widened-scopes"
    /// The hub says of a change set the second time something else than the first.
    case changedReceipt = "changed-receipt"
    /// The device forgets what it had written last.
    case forgottenWrite = "forgotten-write"
    /// The device passes over a page and applies the checkpoint all the same, and nobody compares.
    case skippedPage = "skipped-page"
}
