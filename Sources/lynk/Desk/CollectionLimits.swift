import Foundation
import GRDB
import Lynk
import LynkPayments

/// Asks the tenant's policy before a payment becomes a fact on this device (the book's P15).
enum CollectionLimits {
    /// - Returns: what the person should be told although the payment is recorded.
    /// - Throws: ``Problem`` `device_limit` with the mend; nothing was written.
    static func check(_ collection: Collection, in database: Database) throws -> String? {
        let limits = DeviceLimits(
            try database.values(DeviceLimits.query, [:]).first ?? [])
        let day = CivilDay(milliseconds: collection.claimedMilliseconds)
        let of: [String: Value] = [
            "retailer": .key(collection.retailer.key), "worker": .key(collection.worker),
            "day": .text(day.description),
        ]
        let synced = try database.values("SELECT synced_ms FROM sync_status").first?.first
        let situation = DeviceLimits.Situation(
            try database.values(DeviceLimits.Situation.query, of).first ?? [],
            nowMilliseconds: collection.claimedMilliseconds,
            syncedMilliseconds: synced?.integerValue)
        // What is only announced is no money yet; the limits are asked when it is there.
        if collection.lifecycle == .completed,
            let refusal = limits.refusal(
                of: collection.amount, by: collection.method, in: situation)
        {
            throw Problem(.deviceLimit, "\(refusal)")
        }
        return limits.warning(in: situation)
    }
}
