import GRDB
import LynkCore

/// A replica's handles for eras, lanes and scopes, made on first sight inside one transaction.
struct ReplicaNames {
    private let database: Database
    private var eras: [EraID: UInt32] = [:]
    private var eraNames: [UInt32: EraID] = [:]
    private var lanes: [LaneID: UInt32] = [:]
    private var scopes: [Scope: UInt32] = [:]
    private var scopeNames: [UInt32: Scope] = [:]

    init(_ database: Database) throws {
        self.database = database
        let era = try HotStatement(database, "SELECT handle, era FROM lynk_era")
        while try era.step() { note(try era.key(1), try era.handle(0)) }
        era.reset()
        let scope = try HotStatement(database, "SELECT handle, name FROM lynk_scope")
        while try scope.step() { note(Scope(scope.text(1)), try scope.handle(0)) }
        scope.reset()
    }

    /// The device's scopes: those that the welcome told, else those of before; `nil` before the
    /// hub has told any.
    static func members(_ told: ScopeUpdate?, _ database: Database) throws -> Set<Scope>? {
        if let told { return Set(told.scopes) }
        let select = try HotStatement(database, "SELECT name FROM lynk_scope WHERE member = 1")
        defer { select.reset() }
        var names: Set<Scope> = []
        while try select.step() { names.insert(Scope(select.text(0))) }
        return names.isEmpty ? nil : names
    }

    private mutating func note(_ era: EraID, _ handle: UInt32) {
        eras[era] = handle
        eraNames[handle] = era
    }

    private mutating func note(_ scope: Scope, _ handle: UInt32) {
        scopes[scope] = handle
        scopeNames[handle] = scope
    }

    mutating func handle(_ era: EraID) throws -> UInt32 {
        if let known = eras[era] { return known }
        let insert = try HotStatement(database, "INSERT INTO lynk_era (era) VALUES (?)")
        insert.bind(1, blob: era.bytes)
        try insert.run()
        let handle = try insert.lastHandle()
        note(era, handle)
        return handle
    }

    mutating func handle(_ lane: LaneID) throws -> UInt32 {
        if let known = lanes[lane] { return known }
        let select = try HotStatement(database, "SELECT handle FROM lynk_lane WHERE lane = ?")
        select.bind(1, blob: lane.bytes)
        var handle = try select.step() ? select.handle(0) : nil
        select.reset()
        if handle == nil {
            let insert = try HotStatement(database, "INSERT INTO lynk_lane (lane) VALUES (?)")
            insert.bind(1, blob: lane.bytes)
            try insert.run()
            handle = try insert.lastHandle()
        }
        lanes[lane] = handle
        return handle ?? 0
    }

    mutating func handle(_ scope: Scope) throws -> UInt32 {
        if let known = scopes[scope] { return known }
        let insert = try HotStatement(
            database, "INSERT INTO lynk_scope (name, member) VALUES (?, 0)")
        insert.bind(1, text: scope.name)
        try insert.run()
        let handle = try insert.lastHandle()
        note(scope, handle)
        return handle
    }

    func era(_ handle: UInt32) throws -> EraID {
        guard let era = eraNames[handle] else {
            throw Problem(.storeFailed, "era handle \(handle) has no name")
        }
        return era
    }

    func scope(_ handle: UInt32) throws -> Scope {
        guard let scope = scopeNames[handle] else {
            throw Problem(.storeFailed, "scope handle \(handle) has no name")
        }
        return scope
    }
}
