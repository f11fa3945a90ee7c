import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Synchronization

extension Replica {
    /// The first page stays in memory until the second comes, so that a small pull writes its
    /// rows only once; from then on each page is in the file before the next is taken.
    ///
    /// Pages are acknowledged by nobody, so their commits are not synced: kill -9 loses none of
    /// them, a power failure at most the latest, and the mark goes with its page.
    public func stage(page bytes: [UInt8]) throws {
        let page = try InboxPage(checking: bytes)
        let isFirst = state.withLock { state in
            guard !state.isBootstrapping, state.firstPage == nil, !state.hasInbox
            else { return false }
            state.firstPage = page
            return true
        }
        if isFirst { return }
        try pool.writeWithoutTransaction { database in
            var state = self.state.withLock { $0 }
            try relax(database, &state)
            if state.isBootstrapping {
                try place(page, &state, database)
            } else {
                try database.inTransaction(.immediate) {
                    let inbox = Inbox(database)
                    if let first = state.firstPage { try inbox.append(first) }
                    try inbox.append(page)
                    return .commit
                }
                state.firstPage = nil
                state.hasInbox = true
            }
            state.resumeMark = page.mark
            self.state.withLock { $0 = state }
        }
    }

    /// Puts the rows of a first sync in place at once.
    private func place(
        _ page: InboxPage, _ state: inout ReplicaState, _ database: Database
    ) throws {
        var rows = 0
        try database.inTransaction(.immediate) {
            let pages = try PageApply(database, tables: tables, digestKey: state.digestKey)
            pages.allowed = try ReplicaNames.members(state.incomingScopes, database)
            try pages.apply(page.bytes)
            try pages.flush()
            try ReplicaMeta(database).write("bootstrap_mark", page.mark)
            rows = pages.rowCount
            return .commit
        }
        state.bootstrapRows += rows
    }

    /// Until ``restoreSync(_:)``, the writer's commits survive a crash but not a power failure.
    func relax(_ database: Database, _ state: inout ReplicaState) throws {
        guard !state.isRelaxed else { return }
        try database.execute(sql: "PRAGMA synchronous = NORMAL")
        state.isRelaxed = true
    }
}
