import GRDB
import LynkCore

/// A hub's files: what SQLite says comes out as a problem that a peer may see, with its result
/// code alone. The message may name tables, and says nothing that helps a peer.
extension DatabasePool {
    /// - Throws: ``Problem`` `store_failed` or `store_busy` for SQLite's errors, and what `body`
    ///   throws.
    func reading<T>(_ body: (Database) throws -> T) throws -> T {
        do { return try read(body) } catch let error as DatabaseError { throw error.problem }
    }

    /// One transaction; throws as ``reading(_:)``.
    func writing<T>(_ body: (Database) throws -> T) throws -> T {
        do { return try write(body) } catch let error as DatabaseError { throw error.problem }
    }

    /// Throws as ``reading(_:)``.
    func writingWithoutTransaction<T>(_ body: (Database) throws -> T) throws -> T {
        do {
            return try writeWithoutTransaction(body)
        } catch let error as DatabaseError {
            throw error.problem
        }
    }
}

extension DatabaseError {
    fileprivate var problem: Problem {
        let isBusy = resultCode == .SQLITE_BUSY || resultCode == .SQLITE_LOCKED
        return Problem(
            isBusy ? .storeBusy : .storeFailed, "SQLite \(extendedResultCode.rawValue)")
    }
}
