import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import TestSupport
import Testing

@testable import LynkStore

/// A hub of ``AreaApplication`` with notes that fill pages, and devices of one person that come to
/// them with and without snapshots. What a server does in between stands here in few lines.
final class SnapshotWorld {
    let area: AreaWorld
    private var random = SeededGenerator(seed: 3)
    private var opened = 0
    /// Segments that were ever made, by their names.
    private(set) var segments: [ContentID: [UInt8]] = [:]

    init(_ kind: HubKind = .sqlite) throws { area = try AreaWorld(kind) }

    var store: any TenantStore { area.hub.store }

    func replica(_ name: String? = nil) throws -> Replica {
        opened += 1
        let replica = try Replica(
            path: "\(area.directory)/\(name ?? "device-\(opened)").sqlite",
            schema: AreaApplication().schema, clock: area.time,
            random: SeededGenerator(seed: UInt64(opened) << 8))
        if try replica.enrolment() == nil {
            try replica.adopt(
                Enrolment(
                    server: "https://localhost", principal: area.principal, key: area.key))
        }
        return replica
    }

    func commit(_ changes: [RowChange]) throws {
        area.time.advance(1_000)
        let office = Principal(
            tenant: World.tenant, device: DeviceID(high: 0, low: 0),
            user: UserID(high: 0, low: 0), role: "office")
        let answers = try store.commit([
            Push(
                principal: office, lane: LaneID(high: 0, low: 0), publicKey: nil,
                upload: area.time.read(), receivedMilliseconds: area.time.now,
                work: .changes(changes, Intent(name: "office")))
        ])
        try #require(answers.first?.receipts.first?.problem == nil)
    }

    /// Notes with bodies that fill a page by the hundred.
    func notes(
        _ numbers: Range<UInt64>, _ areas: [String], bytes: Int = 2_000
    ) throws {
        try commit(
            numbers.map { number in
                var puts: [RowChange.Put] = [.init(1, .text(areas[0]))]
                if areas.count > 1 { puts.append(.init(2, .text(areas[1]))) }
                puts.append(.init(3, .text(body(number, bytes))))
                return RowChange(
                    table: 2, key: AreaWorld.key(number), kind: .insert, puts: puts)
            })
    }

    func update(_ number: UInt64, _ text: String) throws {
        try commit([
            RowChange(
                table: 2, key: AreaWorld.key(number), kind: .update,
                puts: [.init(3, .text(text))])
        ])
    }

    func delete(_ number: UInt64) throws {
        try commit([RowChange(table: 2, key: AreaWorld.key(number), kind: .delete)])
    }

    private func body(_ number: UInt64, _ bytes: Int) -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyz0123456789".utf8)
        let text = (0..<bytes).map { _ in letters[Int.random(in: 0..<36, using: &random)] }
        return "\(number) " + String(decoding: text, as: UTF8.self)
    }

    // ---- the hub's side ----

    /// A snapshot of a scope, every piece a segment. `meanwhile` runs between two reads.
    func snapshot(
        of scope: Scope, meanwhile: () throws -> Void = {}
    ) throws -> SnapshotManifest {
        let source = try #require(store as? any SnapshotSource)
        var scan = try source.openSnapshot(of: scope)
        var made: [SnapshotSegment] = []
        while true {
            let step = try source.next(&scan)
            for piece in step.pieces {
                let frame: ResponseFrame =
                    switch piece {
                    case .page(let page): .page(page)
                    case .conflicts(let conflicts): .conflicts(conflicts)
                    case .checkpoint(let checkpoint): .checkpoint(checkpoint)
                    }
                let (segment, bytes) = SegmentCodec.seal(frame.encoded())
                segments[segment.name] = bytes
                made.append(segment)
            }
            guard let cut = step.cut else {
                try meanwhile()
                continue
            }
            let manifest = SnapshotManifest(
                tenant: World.tenant, hub: cut.hub, scope: scope, position: cut.position,
                vector: cut.vector, chain: cut.chain, segments: made, tables: cut.tables)
            return try SnapshotManifest.decode(manifest.encoded())
        }
    }

    /// What an exchange came to.
    enum Exchanged {
        case applied(ApplyReport)
        case offered([SnapshotOffer])
    }

    /// One exchange, bytes through the wire codecs.
    func exchange(
        _ replica: any SnapshotReplica, snapshotRows: Int64 = 1, pages: Int = .max
    ) throws -> Exchanged? {
        let offer = try replica.offer()
        let hello = offer.hello.taking(snapshotRows)
        let request = try SyncRequest.decode(
            SyncRequest.encode(
                hello: hello, changeSets: offer.changeSets.map(\.bytes),
                signature: offer.signature))
        area.time.advance(5)
        var answer: PushAnswer?
        if !request.changeSets.isEmpty {
            answer = try store.commit([
                Push(
                    principal: area.principal, lane: hello.lane, publicKey: area.key.publicKey,
                    upload: hello.clock, receivedMilliseconds: area.time.now,
                    work: .changeSets(request.changeSets, signature: request.signature),
                    claims: PushClaims(hello))
            ]).first
        }
        var scan = try store.openPull(
            for: area.principal, hello: request.hello, answer: answer,
            nowMilliseconds: area.time.now)
        try replica.begin(scan.welcome)
        try replica.record(answer?.receipts ?? [])
        if !scan.welcome.snapshots.isEmpty { return .offered(scan.welcome.snapshots) }
        var staged = 0
        while true {
            switch try store.next(&scan) {
            case .page(let page):
                if staged == pages { return nil }
                staged += 1
                try replica.stage(page: page)
            case .conflicts(let conflicts): try replica.record(conflicts: conflicts)
            case .checkpoint(let checkpoint):
                if staged == pages { return nil }
                return .applied(try replica.apply(checkpoint))
            }
        }
    }

    /// Fetches what was planned; a manifest is made at its first mention.
    func fetch(
        _ replica: any SnapshotReplica, segments count: Int = .max,
        meanwhile: () throws -> Void = {}
    ) throws {
        var left = count
        while let task = try replica.snapshotTask() {
            guard let segment = task.segment else {
                #expect(try replica.begin(snapshot: snapshot(of: task.scope)))
                try meanwhile()
                continue
            }
            guard left > 0 else { return }
            left -= 1
            let bytes = try #require(segments[segment.name])
            try replica.keep(segmentBytes: Array(bytes[task.byteCount...]))
            try replica.takeSegment()
        }
    }

    // ---- what is compared ----

    /// Everything that a replica shows and knows of the hub's rows, under full names.
    static func state(_ replica: Replica) throws -> [String] {
        try replica.read { database in
            let names = try ReplicaNames(database)
            var lanes: [UInt32: LaneID] = [:]
            for row in try Row.fetchAll(database, sql: "SELECT handle, lane FROM lynk_lane") {
                let handle: Int64 = row["handle"]
                let lane: Data = row["lane"]
                lanes[UInt32(handle)] = LaneID(bytes: lane)
            }
            let nowhere = LaneID(high: 0, low: 0)
            var lines: [String] = []
            for table in AreaApplication().schema.tables {
                let select = try HotStatement(
                    database, TableSQL(table).selectAll + " ORDER BY id")
                defer { select.reset() }
                while try select.step() {
                    guard let row = try select.stampedRow(table) else {
                        lines.append("pending \(try select.key(1) as RowKey)")
                        continue
                    }
                    let image = try ConfirmedImage(
                        row, era: { try names.era($0) }, lane: { lanes[$0] ?? nowhere },
                        scope: { try names.scope($0) })
                    lines.append("\(row.record.generation) \(image.meaning) \(image)")
                }
            }
            for sql in [
                """
                SELECT scope.name, table_id, rows, hex(sum) FROM lynk_digest
                JOIN lynk_scope AS scope ON handle = scope WHERE member = 1 AND rows > 0
                ORDER BY 1, 2
                """,
                "SELECT name FROM lynk_scope WHERE member = 1 ORDER BY 1",
                """
                SELECT position, hex(vector), hex(scope_set), hex(root), hex(chain), is_equal
                FROM lynk_sync
                """,
                "SELECT hex(new_oid), table_id, hex(row_key), field FROM lynk_conflict ORDER BY 1",
                "SELECT count(*) FROM lynk_incident",
                "SELECT count(*) FROM lynk_inbox",
                "SELECT (SELECT count(*) FROM lynk_snapshot) + "
                    + "(SELECT count(*) FROM lynk_snapshot_part) + "
                    + "(SELECT count(*) FROM lynk_snapshot_page)",
            ] {
                for row in try Row.fetchAll(database, sql: sql) { lines.append("\(row)") }
            }
            return lines
        }
    }

    /// A device that takes no snapshots, in step.
    func plain() throws -> Replica {
        let replica = try replica()
        guard case .applied(let report)? = try exchange(replica, snapshotRows: 0) else {
            throw Problem(.internalFailure, "a plain pull was not applied")
        }
        #expect(report.digestMatches)
        return replica
    }

    /// Whether the replica is in the state of one that never heard of snapshots.
    func expectSameAsPlain(
        _ replica: Replica, sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let (state, plain) = (try Self.state(replica), try Self.state(plain()))
        let isSame = state == plain
        #expect(isSame, sourceLocation: sourceLocation)
        let isWhole = try replica.recomputeRoot() == replica.status().root
        #expect(isWhole, sourceLocation: sourceLocation)
    }
}

extension Hello {
    /// The same from a device that takes snapshots.
    func taking(_ rows: Int64) -> Hello {
        Hello(
            protocolVersion: protocolVersion, device: device, lane: lane, schemaName: schemaName,
            schemaVersion: schemaVersion, head: head, cursor: cursor, clock: clock,
            digestRoot: digestRoot, ratchet: ratchet, chain: chain, keptHeads: keptHeads,
            eras: eras, proofs: proofs, resume: resume, narrowed: narrowed, mode: mode,
            snapshotRowsMin: snapshots.isEmpty ? rows : 0, snapshots: snapshots)
    }
}
