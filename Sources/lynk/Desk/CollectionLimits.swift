import Foundation
import GRDB
import Lynk
import LynkPayments

/// Asks the tenant's policy before a payment becomes a fact on this device (the book's P15).
enum CollectionLimits {
    /// - Parameter isConfirmed: whether the payer's word is kept with it.
    /// - Returns: what the person should be told although the payment is recorded.
    /// - Throws: ``Problem`` `device_limit` with the mend; nothing was written.
    static func check(
        _ collection: Collection, isConfirmed: Bool, in database: Database
    ) throws -> String? {
        let limits = DeviceLimits(
            try database.values(DeviceLimits.query, [:]).first ?? [])
        let day = CivilDay(milliseconds: collection.claimedMilliseconds)
        let of: [String: Value] = [
            "retailer": .key(collection.retailer.key), "worker": .key(collection.worker),
            "day": .text(day.description),
        ]
        let synced = try database.values("SELECT synced_ms FROM sync_status").first?.first
        var situation = DeviceLimits.Situation(
            try database.values(DeviceLimits.Situation.query, of).first ?? [],
            nowMilliseconds: collection.claimedMilliseconds,
            syncedMilliseconds: synced?.integerValue)
        situation.isConfirmed = isConfirmed
        // What is only announced is no money yet; the limits are asked when it is there.
        if collection.lifecycle == .completed,
            let refusal = limits.refusal(
                of: collection.amount, by: collection.method, in: situation)
        {
            throw Problem(.deviceLimit, "\(refusal)")
        }
        return limits.warning(in: situation)
    }

    /// Asks again when the money of an announced payment is here: its payer may have confirmed it.
    ///
    /// - Throws: ``Problem`` `device_limit`; the payment stays announced.
    static func checkCompletion(_ payment: String, in database: Database) throws {
        let key = Value.key(try PaymentStep.find(payment, in: database).key).database
        let row =
            try database.values(
                """
                SELECT amount, attestation = 'VERIFIED'
                  OR EXISTS (SELECT 1 FROM attestation a WHERE a.payment = p.id
                    AND a.uploaded_by <> 'HUB_ISSUE')
                FROM payment p WHERE p.id = ?
                """, [key]
            ).first ?? []
        let limits = DeviceLimits(try database.values(DeviceLimits.query, [:]).first ?? [])
        guard row.count == 2, row[1] != 1, let amount = row[0].integerValue,
            let refusal = limits.refusal(ofUnconfirmed: amount)
        else { return }
        throw Problem(.deviceLimit, "\(refusal)")
    }
}
