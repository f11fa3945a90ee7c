import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import TestSupport

@testable import LynkStore

/// Notes of one or two areas; who may see an area stands in rows that the office writes.
struct AreaApplication: Application {
    static let member = TableSchema(
        1, "member", .mutable,
        [
            FieldSchema(1, "person", .key, .immutable),
            FieldSchema(2, "area", .text, .immutable),
            FieldSchema(3, "active", .integer, default: 1),
        ],
        indexes: [IndexSchema("member_person", ["person"])])
    static let note = TableSchema(
        2, "note", .mutable,
        [
            FieldSchema(1, "area", .text, .immutable),
            FieldSchema(2, "other_area", .text, .immutable),
            FieldSchema(3, "body", .text),
        ])

    let schema = Schema("areas", version: 1, [member, note])
    let roles = ["worker", "office"]
    let queries: [Query] = []
    let importers: [Importer] = []

    func scopes(
        of key: RowKey, values: [Value], in table: TableSchema, effective: HybridTimestamp
    ) -> [Scope] {
        guard table.id == 2 else { return [Scope("members")] }
        return values[0...1].compactMap { $0.textValue.map { Scope("area/\($0)") } }
    }

    func scopeSet(
        of principal: Principal, now: HybridTimestamp, in view: any TenantView
    ) throws -> ScopeSet {
        if principal.role == "office" { return .all }
        let rows = try view.rows(
            1, index: "member_person", equals: [.blob(principal.user.bytes)], limit: 10)
        let active = rows.filter { $0.values[2] == 1 }
        return .only(Set(active.map { Scope("area/\($0.values[1].textValue ?? "none")") }))
    }

    func judge(_ submission: Submission, in view: any TenantView) -> Verdict { .accept }

    func consequences(of submission: Submission, in view: any TenantView) -> [RowChange] { [] }
}

/// One hub of ``AreaApplication`` and one device, on real files.
final class AreaWorld {
    let directory: String
    let time = TestTime()
    let hub: TestHub
    let principal: Principal
    let replica: Replica
    let key = DeviceKey()
    private let office = Principal(
        tenant: World.tenant, device: DeviceID(high: 0, low: 0), user: UserID(high: 0, low: 0),
        role: "office")

    init(_ kind: HubKind = .sqlite, role: String = "worker") throws {
        directory = NSTemporaryDirectory() + "lynk-areas-\(UUID().uuidString)"
        try FileManager.default.createDirectory(
            atPath: directory, withIntermediateDirectories: true)
        var random = SeededGenerator(seed: 11)
        hub = try TestHub(
            kind, directory: directory, application: AreaApplication(), random: &random)
        principal = Principal(
            tenant: World.tenant, device: DeviceID(high: 9, low: 1), user: UserID(high: 8, low: 1),
            role: role)
        replica = try Replica(
            path: directory + "/device.sqlite", schema: AreaApplication().schema, clock: time,
            random: random)
        try replica.adopt(
            Enrolment(server: "https://localhost", principal: principal, key: key))
    }

    deinit { try? FileManager.default.removeItem(atPath: directory) }

    /// Puts the device's user into an area, or takes it out.
    func assign(_ area: String, _ isMember: Bool) throws {
        let row = RowKey.derived("member", [principal.user.bytes, Array(area.utf8)])
        let isThere = try hub.read { try $0.row(1, row) } != nil
        let active = RowChange.Put(3, .integer(isMember ? 1 : 0))
        try write(
            isThere
                ? RowChange(table: 1, key: row, kind: .update, puts: [active])
                : RowChange(
                    table: 1, key: row, kind: .insert,
                    puts: [.init(1, .blob(principal.user.bytes)), .init(2, .text(area)), active]))
    }

    /// A note by the office; `number` is its key.
    func note(_ number: UInt64, _ area: String, also other: String? = nil) throws {
        var puts: [RowChange.Put] = [.init(1, .text(area))]
        if let other { puts.append(.init(2, .text(other))) }
        puts.append(.init(3, .text("note \(number)")))
        try write(RowChange(table: 2, key: Self.key(number), kind: .insert, puts: puts))
    }

    /// One change set of the office.
    func write(_ changes: RowChange...) throws { try write(changes) }

    func write(_ changes: [RowChange]) throws {
        time.advance(1_000)
        _ = try hub.store.commit([
            Push(
                principal: office, lane: LaneID(high: 0, low: 0), publicKey: nil,
                upload: time.read(), receivedMilliseconds: time.now,
                work: .changes(changes, Intent(name: "office")))
        ])
    }

    static func key(_ number: UInt64) -> RowKey { RowKey(high: 2, low: number) }

    /// As a client: it comes back while its scopes change inside the answer.
    ///
    /// - Parameter answering: runs once, when the first answer has begun.
    /// - Returns: the reports of all exchanges, `nil` for one without a checkpoint.
    func syncUntilCaughtUp(answering: () throws -> Void) throws -> [ApplyReport?] {
        var reports: [ApplyReport?] = []
        for number in 0..<10 {
            do {
                reports.append(try sync(answering: number == 0 ? answering : {}))
                return reports
            } catch let problem as Problem where problem.code == .scopesChanged {
                reports.append(nil)
            }
        }
        return reports
    }

    /// One exchange; `meanwhile` runs after the request was made and before its answer is applied,
    /// `answering` when the hub has begun its answer.
    @discardableResult
    func sync(
        meanwhile: () throws -> Void = {}, answering: () throws -> Void = {}
    ) throws -> ApplyReport? {
        let offer = try replica.offer()
        try meanwhile()
        time.advance(5)
        var answer: PushAnswer?
        if !offer.changeSets.isEmpty {
            let sealed = try offer.changeSets.map { try ChangeSetCodec.open($0.bytes) }
            let push = Push(
                principal: principal, lane: offer.hello.lane, publicKey: key.publicKey,
                upload: offer.hello.clock, receivedMilliseconds: time.now,
                work: .changeSets(sealed, signature: offer.signature))
            answer = try hub.store.commit([push]).first
        }
        var scan = try hub.store.openPull(
            for: principal, hello: offer.hello, answer: answer, nowMilliseconds: time.now)
        try answering()
        try replica.begin(scan.welcome)
        try replica.record(answer?.receipts ?? [])
        while true {
            switch try hub.store.next(&scan) {
            case .page(let page): try replica.stage(page: page)
            case .conflicts(let conflicts): try replica.record(conflicts: conflicts)
            case .checkpoint(let checkpoint): return try replica.apply(checkpoint)
            }
        }
    }

    /// Numbers and bodies of the device's notes.
    func notes() throws -> [String] {
        try replica.read { database in
            try Row.fetchAll(database, sql: "SELECT id, body FROM note ORDER BY id").map { row in
                let id: Data = row["id"]
                let body: String = row["body"]
                return "\(id.last ?? 0) \(body)"
            }
        }
    }

    /// Whether the digest is the hub's, and what a count from scratch says too.
    func isEqual(_ report: ApplyReport?) throws -> Bool {
        try report?.digestMatches == true && replica.recomputeRoot() == replica.status().root
    }
}
