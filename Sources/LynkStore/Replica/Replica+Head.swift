import GRDB
public import LynkCore
import LynkEngine
import Synchronization

extension Replica {
    /// Only a replica that has just what its last checkpoint says is spared an exchange.
    public func heldHead() throws -> HeadTag? {
        let state = state.withLock { $0 }
        guard state.cursor.position > 0, state.chain.count == Limits.chainBytes,
            (state.head?.sequence ?? 0) <= min(state.settled, state.answered),
            state.refusal == nil, state.resumeMark.isEmpty, !state.hasInbox,
            !state.isRolledBack, !state.mustSendEras, !state.mustTruncate
        else { return nil }
        let isWhole = try pool.read { database in
            let isEqual = try Bool.fetchOne(database, sql: "SELECT is_equal FROM lynk_sync")
            return try isEqual == true && SnapshotIntake(database).isEmpty()
        }
        guard isWhole else { return nil }
        return HeadTag(
            position: state.cursor.position, chain: state.chain,
            scopeSetHash: state.cursor.scopeSetHash, durable: state.durable)
    }
}
