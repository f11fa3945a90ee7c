import Foundation
import Lynk
import LynkWire
import Testing

extension Forgery {
    /// What an author claims to have known. A context may be truncated, never inflated; what names
    /// more than the hub has is asked about once and takes nothing.
    static let contexts = [
        Forgery("a context beyond the log", "T4 T9 T20", .refused(.hubRolledBack)) { forge in
            let beyond = VersionVector([forge.dot.era: forge.dot.number + 1_000])
            return try forge.push(forge.seal(context: beyond))
        },
        Forgery("a context at the end of all numbers", "T4 T9 T20", .refused(.hubRolledBack)) {
            forge in
            let beyond = VersionVector([forge.dot.era: UInt64(Int64.max)])
            return try forge.push(forge.seal(context: beyond))
        },
        Forgery("a context of an unknown era", "T20", .refused(.hubRolledBack)) { forge in
            try forge.push(forge.seal(context: VersionVector([forge.strange: 1])))
        },
        Forgery("a known and an unknown era", "T20", .refused(.hubRolledBack)) { forge in
            let mixed = VersionVector([forge.dot.era: forge.dot.number, forge.strange: 1])
            return try forge.push(forge.seal(context: mixed))
        },
        Forgery("a context of another tenant's hub", "T20 S4", .refused(.hubRolledBack)) { forge in
            let foreign = try forge.town.thief.replica.offer().hello.cursor.vector
            try #require(!foreign.isZero)
            return try forge.push(forge.seal(context: foreign))
        },
        Forgery(
            "dots of another hub with the record of their era", "T20",
            .refused(.hubRolledBack), keeps: ["lynk_era"]
        ) { forge in
            // The record is a name for what was lost; it makes nobody know more (T4).
            let record = EraRecord(
                era: forge.strange, hub: HubID(high: 0xBAD, low: 1),
                parents: VersionVector([forge.dot.era: UInt64(Int64.max)]))
            return try forge.push(
                forge.seal(context: VersionVector([forge.strange: 5])),
                as: forge.hello(eras: [record]))
        },
        Forgery("records of eras that nothing names", "T20", .refused(.signatureInvalid)) { forge in
            let records = (1...500).map {
                EraRecord(
                    era: EraID(high: 0xBAD0, low: $0), hub: HubID(high: 1, low: 1), parents: .zero)
            }
            return try forge.push(
                forge.seal(), as: forge.hello(eras: records), by: DeviceKey())
        },
        Forgery("a child before its parent", "T20", .refused(.hubRolledBack)) { forge in
            let parent = EraID(high: 0xBAD1, low: 1)
            let orphan = EraRecord(
                era: forge.strange, hub: HubID(high: 1, low: 1), parents: VersionVector([parent: 1])
            )
            return try forge.push(
                forge.seal(context: VersionVector([forge.strange: 5])),
                as: forge.hello(eras: [orphan]))
        },
        Forgery(
            "a context of more eras than a vector takes", "T1 X34",
            .receipt(.quarantined, .changeSetMalformed)
        ) { forge in
            let many = (1...UInt64(Limits.vectorEntriesMax + 1)).map {
                (EraID(high: 0xBAD2, low: $0), UInt64(1))
            }
            let crowded = VersionVector(Dictionary(uniqueKeysWithValues: many))
            return try forge.push([forge.seal(context: crowded).bytes])
        },
        Forgery("receipts that the hub never signed", "T9 I20", .refused(.signatureInvalid)) {
            forge in
            let proof = ReceiptProof(
                entries: [
                    .init(
                        oid: forge.seal().oid, dot: forge.dot,
                        effective: HybridTimestamp(rawValue: .max))
                ], signature: [UInt8](repeating: 7, count: Limits.signatureBytes))
            return try forge.push(
                forge.seal(), as: forge.hello(proofs: [proof]), by: DeviceKey())
        },
    ]
}
