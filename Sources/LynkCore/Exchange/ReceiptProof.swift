/// A hub's signature over receipts that it gave: a device presents it to a hub that was restored
/// from an older backup, so that the old dots are known again.
public struct ReceiptProof: Hashable, Sendable {
    /// What of a receipt is signed.
    public struct Entry: Hashable, Sendable {
        public let oid: ContentID
        public let dot: Dot
        public let effective: HybridTimestamp

        public init(oid: ContentID, dot: Dot, effective: HybridTimestamp) {
            self.oid = oid
            self.dot = dot
            self.effective = effective
        }

        public init(_ receipt: Receipt) {
            self.init(oid: receipt.oid, dot: receipt.dot, effective: receipt.effective)
        }
    }

    /// In the order of the response.
    public let entries: [Entry]
    /// By the hub's key, over the label `lynk-receipts-1` and the hash of the entries.
    public let signature: [UInt8]

    public init(entries: [Entry], signature: [UInt8]) {
        self.entries = entries
        self.signature = signature
    }
}
