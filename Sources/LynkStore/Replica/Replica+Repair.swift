import Foundation
import GRDB
public import LynkCore
public import LynkEngine
import LynkWire
import Synchronization

/// A table in a scope whose rows are not those that its digest was taken over.
public struct DigestDifference: Hashable, Sendable {
    public let scope: Scope
    public let table: String
    /// Rows that the digest counts, and rows that are there.
    public let expected: Int64
    public let found: Int64
}

extension Replica {
    /// Recomputes every digest from the rows: what was changed behind the replica's back shows.
    ///
    /// - Returns: what differs from the digests that were kept with each change; empty is good.
    public func verify() throws -> [DigestDifference] {
        let key = state.withLock { $0.digestKey }
        return try pool.read { database in
            let names = try ReplicaNames(database)
            let fresh = try ConfirmedRows(database, tables: tables).digests(key)
            var kept = try ReplicaDigests(database).all()
            var found: [DigestDifference] = []
            for (name, digest) in fresh {
                let before = kept.removeValue(forKey: name) ?? SetDigest()
                if before != digest { found.append(try difference(name, before, digest, names)) }
            }
            for (name, before) in kept where before != SetDigest() {
                found.append(try difference(name, before, SetDigest(), names))
            }
            return found.sorted { ($0.table, $0.scope.name) < ($1.table, $1.scope.name) }
        }
    }

    private func difference(
        _ name: CommitEffects.DigestName, _ before: SetDigest, _ now: SetDigest,
        _ names: ReplicaNames
    ) throws -> DigestDifference {
        DigestDifference(
            scope: try names.scope(name.scope),
            table: tables[name.table]?.schema.name ?? "#\(name.table)", expected: before.count,
            found: now.count)
    }

    public func startRepair() throws -> VerifyRequest? {
        var machine = RepairMachine(state.withLock { $0.cursor })
        let request = machine.start()
        state.withLock { $0.repair = machine }
        return request
    }

    public func continueRepair(_ answer: VerifyAnswer) throws -> RepairStep {
        guard var machine = state.withLock({ $0.repair }) else {
            throw Problem(.responseInvalid, "an answer to a comparison that was not begun")
        }
        let step = try confirmed { ranges in try machine.take(answer, local: ranges) }
        switch step {
        case .ask(let request):
            state.withLock { $0.repair = machine }
            return .ask(request)
        case .finished(let found):
            let count = try repair(found, isBehind: machine.isBehind)
            observers.publish(nil)
            state.withLock { $0.repair = nil }
            return .finished(
                RepairReport(
                    roundTrips: machine.roundTrips, rowsRepaired: count,
                    isComplete: !machine.isBehind))
        }
    }

    /// Shows the hub's rows without what is pending on top, and changes nothing.
    private func confirmed<T>(_ body: (ConfirmedRanges) throws -> T) throws -> T {
        try pool.writeWithoutTransaction { database in
            let key = state.withLock { $0.digestKey }
            var result: Result<T, any Error>?
            try database.inTransaction(.immediate) {
                try Overlay(database, tables: tables).undoAll()
                result = Result {
                    try body(ConfirmedRanges(database: database, tables: tables, digestKey: key))
                }
                return .rollback
            }
            guard let result else { throw Problem(.storeFailed, "the comparison gave no result") }
            return try result.get()
        }
    }

    private func repair(_ found: [DifferingRange], isBehind: Bool) throws -> Int {
        try pool.writeWithoutTransaction { database in
            try restoreSync(database)
            var state = self.state.withLock { $0 }
            var count = 0
            try database.inTransaction(.immediate) {
                let overlay = Overlay(database, tables: tables)
                let pending = try overlay.pending(after: state.settled).changeSets
                try overlay.undoAll()
                let ranges = ConfirmedRanges(
                    database: database, tables: tables, digestKey: state.digestKey)
                count = try Repair(
                    database: database, tables: tables, ranges: ranges, cursor: state.cursor,
                    graph: state.graph, isBehind: isBehind
                ).run(found)
                try ConfirmedRows(database, tables: tables).rekey(state.digestKey)
                state.root = try ReplicaDigests(database).root()
                try database.run("UPDATE lynk_sync SET root = ?", [.blob(state.root)])
                for (sequence, content) in pending {
                    try overlay.redo(content, sequence: sequence)
                }
                return .commit
            }
            self.state.withLock { $0.root = state.root }
            return count
        }
    }
}
