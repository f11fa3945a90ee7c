/// Something in a history that the guarantees rule out.
public struct Anomaly: Hashable, Sendable, CustomStringConvertible {
    /// Which promise is broken.
    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// A session does not see what it wrote itself.
        case readYourWrites
        /// A session sees an older state of a key than it saw before.
        case monotonicReads
        /// A later write of a session is seen without an earlier one of it.
        case monotonicWrites
        /// A write is seen without what its author had seen.
        case writesFollowReads
        /// A change set is seen in part.
        case fracturedRead
        /// A value that nobody wrote.
        case thinAir
        /// A value that was seen before it was written.
        case readFromFuture
        /// A write that failed is seen.
        case failedWriteVisible
        /// A write that the hub refused is in its rows.
        case refusedWriteVisible
        /// The hub refused a change set and does not say why.
        case refusedWithoutReason
        /// Two answers for one change set.
        case receiptsDiffer
        /// A device and the hub do not have the same rows at the end.
        case differsFromHub
        /// A device has not come to rest: work without a receipt, or digests that differ.
        case notSettled
        /// A device noted a difference that nothing of the run explains.
        case incident
        /// A write is gone, and neither a conflict nor a receipt explains it.
        case lostWrite
        /// A payment is gone.
        case lostPayment
        /// A payment is there twice.
        case paymentTwice
        /// A payment is there with another amount.
        case paymentChanged
        /// The hub's totals are not the sum of its payments.
        case sumDiffers
        /// Debits and credits differ.
        case booksUnbalanced
        /// A stored figure differs from the journal.
        case drift
        /// A process ended by itself.
        case died
        /// The history itself is not one: a value written twice, an end that is missing.
        case malformed
    }

    public let kind: Kind
    /// Whose view it is.
    public let session: String
    /// One sentence with the facts.
    public let detail: String

    /// - Parameter detail: one sentence with the facts.
    public init(_ kind: Kind, _ session: String, _ detail: String) {
        self.kind = kind
        self.session = session
        self.detail = detail
    }

    public var description: String { "\(kind.rawValue) at \(session): \(detail)" }
}
