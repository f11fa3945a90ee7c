import Foundation
import GRDB
public import LynkCore
public import LynkEngine
import LynkWire

/// How far a pull has come. Rows move to later positions when they change, so passing over each
/// scope up to the head, and then again from there, ends with every row at its newest state.
struct PullState: Sendable {
    struct Part: Sendable {
        let scope: UInt32
        /// What the device has of this scope; 0 for one that it enters.
        let from: Int64
    }

    let device: DeviceID
    let lane: LaneID
    let scopeSetHash: [UInt8]
    let digestKey: [UInt8]
    /// In scan order; scopes without rows are not here yet.
    var parts: [Part]
    /// Names of the set that have no handle yet.
    var unborn: Set<Scope>
    /// Index of the part being scanned, and how far in it: the last row that was read. A commit
    /// may have more rows than a page, so a page may end inside one.
    var part = 0
    var position: Int64
    var table: Int64 = .max
    var row: Int64 = .max
    /// The head that this round goes to.
    var target: Int64
    /// Where the round before ended; 0 in the first, which starts at each part's own `from`.
    var floor: Int64 = 0
}

extension SQLiteTenantStore {
    public func openPull(
        for principal: Principal, hello: Hello, answer: PushAnswer?, nowMilliseconds: Int64
    ) throws -> PullScan {
        let now = HybridTimestamp(milliseconds: nowMilliseconds)
        let opened = try pool.read { database in
            try open(database, principal: principal, hello: hello, answer: answer, now: now)
        }
        if let record = opened.record { try keep(record, of: principal.device) }
        return PullScan(welcome: opened.welcome, state: opened.state)
    }

    private struct Opened {
        let welcome: Welcome
        let state: PullState
        /// The scope set to remember from this position on.
        let record: (position: Int64, update: ScopeUpdate)?
    }

    private func open(
        _ database: Database, principal: Principal, hello: Hello, answer: PushAnswer?,
        now: HybridTimestamp
    ) throws -> Opened {
        let reader = HubReader(database)
        let view = HubView(database: database, tables: tables)
        let scopes: Set<Scope> =
            switch try application.scopeSet(of: principal, now: now, in: view) {
            case .all: Set(try reader.allScopes().keys)
            case .only(let names): names
            }
        guard scopes.count <= Limits.scopesPerDeviceMax else {
            throw Problem(.internalFailure, "a device with \(scopes.count) scopes")
        }
        let update = ScopeUpdate(scopes: scopes)
        let head = try reader.head()
        let isCurrent = update.hash == hello.cursor.scopeSetHash
        let known = try reader.scopeSet(of: principal.device, hash: hello.cursor.scopeSetHash)
        // A cursor that this hub did not give, or gave and lost, starts over: rows are idempotent.
        let isOurs = try reader.position(of: hello.cursor.vector) == hello.cursor.position
        let cursor = known != nil && isOurs ? hello.cursor.position : 0
        let had = known ?? []
        let handles = try reader.allScopes()
        var parts: [PullState.Part] = []
        for (name, scope) in handles where scopes.contains(name) {
            parts.append(.init(scope: scope.handle, from: had.contains(name) ? cursor : 0))
        }
        parts.sort { $0.scope < $1.scope }
        let welcome = Welcome(
            hub: try reader.hub(), eras: try reader.eras(unknownTo: hello.cursor.vector),
            head: try answer?.head ?? reader.head(of: hello.lane), hubTime: now,
            digestKey: try reader.meta("digest_key"),
            scopes: isCurrent && cursor > 0 ? nil : update,
            refusal: answer?.refusal)
        let state = PullState(
            device: principal.device, lane: hello.lane, scopeSetHash: update.hash,
            digestKey: welcome.digestKey, parts: parts,
            unborn: scopes.subtracting(handles.keys), position: parts.first?.from ?? 0,
            target: head)
        let isRecorded = try reader.latestScopeSetHash(of: principal.device) == update.hash
        return Opened(
            welcome: welcome, state: state, record: isRecorded ? nil : (head, update))
    }

    /// Remembers, durably and before the first page leaves, what the device is about to have.
    private func keep(
        _ record: (position: Int64, update: ScopeUpdate), of device: DeviceID
    ) throws {
        try pool.write { database in
            try database.execute(
                sql: """
                    INSERT INTO lynk_scope_set (device, position, hash, scopes) VALUES (?, ?, ?, ?)
                    ON CONFLICT DO UPDATE SET hash = excluded.hash, scopes = excluded.scopes
                    """,
                arguments: [
                    Data(device.bytes), record.position, Data(record.update.hash),
                    ScopeList.encode(record.update),
                ])
        }
    }

    public func next(_ scan: inout PullScan) throws -> PullStep {
        guard var state = scan.state as? PullState else {
            throw Problem(.internalFailure, "a pull of another store")
        }
        let step = try pool.read { database in
            try PageScan(database, tables: tables).next(&state)
        }
        scan.state = state
        return step
    }
}
