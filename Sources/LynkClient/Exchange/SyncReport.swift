public import LynkCore

/// What one call of ``SyncClient/sync()`` did.
public struct SyncReport: Hashable, Sendable {
    /// Exchanges; more than one when the outbox held more than one push may carry.
    public var exchanges = 0
    /// Requests, tokens included, and bytes.
    public var transfer = TransferStatistics()
    /// Receipts by disposition; a repeated receipt counts as what it repeats.
    public var receipts: [Disposition: Int] = [:]
    /// Of these, receipts for change sets that the hub had committed before.
    public var receiptsRepeated = 0
    public var pages = 0
    /// Segments of snapshots that were fetched and taken in.
    public var segments = 0
    public var rowsApplied = 0
    /// Whether the device equals the hub within its scopes, by the last checkpoint.
    public var digestMatches = false
    /// Rows that differed from the hub's after a checkpoint and were put right; each is an
    /// incident.
    public var rowsRepaired = 0

    public init() {}

    public var roundTrips: Int { transfer.requests }
    public var receiptsTotal: Int { receipts.values.reduce(0, +) }

    mutating func count(_ new: [Receipt]) {
        for receipt in new {
            receipts[receipt.disposition, default: 0] += 1
            if receipt.isRepeat { receiptsRepeated += 1 }
        }
    }

    /// Adds what a later exchange did.
    public static func += (left: inout Self, right: Self) {
        left.exchanges += right.exchanges
        left.transfer += right.transfer
        left.receipts.merge(right.receipts, uniquingKeysWith: +)
        left.receiptsRepeated += right.receiptsRepeated
        left.pages += right.pages
        left.segments += right.segments
        left.rowsApplied += right.rowsApplied
        left.rowsRepaired += right.rowsRepaired
        left.digestMatches = right.digestMatches
    }
}
