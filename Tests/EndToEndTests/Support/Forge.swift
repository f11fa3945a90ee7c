import Foundation
import Lynk
import LynkWire

@testable import LynkPayments

/// Where forgeries are made: Sita's honest request, with each part to be bent.
struct Forge {
    let town: ForgeryTown
    /// What her device would say now.
    let honest: Hello
    let principal: Principal
    let key: DeviceKey
    /// A lane that nobody has used.
    let lane: LaneID

    init(_ town: ForgeryTown) throws {
        self.town = town
        honest = try town.sita.replica.offer().hello
        guard let enrolment = try town.sita.replica.enrolment() else {
            throw Problem(.notEnrolled)
        }
        principal = enrolment.principal
        key = enrolment.key
        lane = LaneID(high: 0xF0F0, low: town.lanes.next())
    }

    var vector: VersionVector { honest.cursor.vector }
    /// The hub's era, and how far it goes.
    var dot: Dot { vector.sorted.first ?? Dot(era: EraID(high: 1, low: 1), number: 1) }
    var strange: EraID { EraID(high: 0xBAD, low: lane.low) }

    func hello(
        version: UInt32 = Hello.protocolVersion, device: DeviceID? = nil, lane: LaneID? = nil,
        schema: String? = nil, cursor: PullCursor? = nil, ratchet: [UInt8] = [],
        chain: [UInt8]? = nil, keptHeads: [LaneHead] = [], eras: [EraRecord] = [],
        proofs: [ReceiptProof] = [], resume: [UInt8] = [], snapshots: [HeldSnapshot] = []
    ) -> Hello {
        Hello(
            protocolVersion: version, device: device ?? honest.device, lane: lane ?? self.lane,
            schemaName: schema ?? honest.schemaName, schemaVersion: honest.schemaVersion,
            head: nil, cursor: cursor ?? honest.cursor, clock: honest.clock,
            digestRoot: honest.digestRoot, ratchet: ratchet, chain: chain ?? honest.chain,
            keptHeads: keptHeads, eras: eras, proofs: proofs, resume: resume,
            snapshots: snapshots)
    }

    func cursor(position: Int64? = nil, vector: VersionVector? = nil) -> PullCursor {
        PullCursor(
            position: position ?? honest.cursor.position, vector: vector ?? self.vector,
            scopeSetHash: honest.cursor.scopeSetHash)
    }

    /// An honest payment of five rupees under a new key.
    func payment(
        at shop: RowKey? = nil, by worker: RowKey? = nil, key: RowKey? = nil,
        and further: [RowChange.Put] = []
    ) -> RowChange {
        RowChange(
            table: PaymentField.table.id, key: key ?? fresh(), kind: .insert,
            puts: [
                put(.retailer, .key(shop ?? town.tank.shop)),
                put(.worker, .key(worker ?? town.tank.sita)), put(.amount, .integer(500)),
                put(.currency, .text("INR")), put(.method, .text("CASH")),
                put(.reference, .text("")), put(.receiptNumber, .text("R-1")),
                put(.claimedAt, .integer(Installation.start)),
                put(.lifecycle, .text("COMPLETED")),
            ] + further)
    }

    func fresh() -> RowKey { RowKey(high: 0xF0F0, low: town.lanes.next()) }

    func put(_ field: PaymentField, _ value: Value) -> RowChange.Put {
        RowChange.Put(field.rawValue, value)
    }

    func seal(
        _ changes: [RowChange]? = nil, tenant: TenantID? = nil, device: DeviceID? = nil,
        after previous: ContentID? = nil, context: VersionVector? = nil
    ) -> SealedChangeSet {
        ChangeSetCodec.seal(
            ChangeSet(
                tenant: tenant ?? principal.tenant, device: device ?? principal.device,
                previous: previous, context: context ?? vector,
                schemaVersion: honest.schemaVersion, changes: changes ?? [payment()],
                intent: nil, claimed: .zero, made: honest.clock))
    }

    /// A push of these bytes, signed over the hash of the last.
    func push(
        _ changeSets: [[UInt8]], as hello: Hello? = nil, by signer: DeviceKey? = nil,
        over signed: [UInt8]? = nil
    ) throws -> ForgedRequest {
        let last = changeSets.last.map { ContentID(hashing: $0) }
        let signature = try last.map {
            try (signer ?? key).sign(signed ?? $0.bytes, as: .changeSet)
        }
        return ForgedRequest(
            body: SyncRequest.encode(
                hello: hello ?? self.hello(), changeSets: changeSets,
                signature: signature ?? []))
    }

    func push(
        _ changeSet: SealedChangeSet, as hello: Hello? = nil, by signer: DeviceKey? = nil
    ) throws -> ForgedRequest {
        try push([changeSet.bytes], as: hello, by: signer)
    }

    /// A push of rows that is honest in all else.
    func rows(_ changes: RowChange...) throws -> ForgedRequest { try push(seal(changes)) }

    /// A request that pushes nothing.
    func pull(_ hello: Hello) throws -> ForgedRequest { try push([], as: hello) }
}
