import LynkCore
import LynkWire

/// A snapshot's manifest, and what a hello and a welcome say of snapshots.
enum GoldenSnapshots {
    static let manifest = SnapshotManifest(
        tenant: Plain.identifier(0x11), hub: Plain.identifier(0x88), scope: "worker/7",
        position: 308, vector: Plain.vector, chain: [UInt8](repeating: 0xCD, count: 16),
        segments: [
            SnapshotSegment(name: Plain.payment.oid, byteCount: 4_194_304, isCompressed: true),
            SnapshotSegment(name: Plain.correction.oid, byteCount: 23, isCompressed: false),
        ],
        tables: [
            SnapshotTable(table: 7, count: 125_000, root: [UInt8](repeating: 0xDA, count: 16)),
            SnapshotTable(table: 9, count: 1, root: [UInt8](repeating: 0xDB, count: 16)),
        ])

    static var manifests: [GoldenVector] {
        [
            GoldenVectors.vector(
                "manifest", "two segments and the digests of two tables", manifest.encoded())
        ]
    }

    static var responses: [GoldenVector] {
        let time = HybridTimestamp(milliseconds: 1_760_000_060_000)
        func welcome(_ offers: [SnapshotOffer], _ isTaken: Bool) -> [UInt8] {
            ResponseFrame.welcome(
                Welcome(
                    hub: Plain.identifier(0x88), eras: [], head: nil, hubTime: time,
                    digestKey: [], scopes: nil, refusal: nil, snapshots: offers,
                    snapshotsTaken: isTaken)
            ).encoded()
        }
        return [
            GoldenVectors.vector(
                "welcome-offers", "two snapshots to be had",
                welcome(
                    [
                        SnapshotOffer(scope: "worker/7", rows: 125_001),
                        SnapshotOffer(scope: "tenant", rows: 12_000),
                    ], false)),
            GoldenVectors.vector(
                "welcome-taken", "the pull goes on from the hello's snapshots", welcome([], true)),
        ]
    }
}

extension Plain {
    static func hello(
        snapshotRowsMin: Int64 = 0, snapshots: [HeldSnapshot] = []
    ) -> Hello {
        Hello(
            device: hello.device, lane: hello.lane, schemaName: hello.schemaName,
            schemaVersion: hello.schemaVersion, head: nil, cursor: .start, clock: hello.clock,
            digestRoot: [], snapshotRowsMin: snapshotRowsMin, snapshots: snapshots)
    }
}
