/// A read-only look at one tenant's rows inside a transaction.
///
/// Not `Sendable`: it lives as long as the call that was handed it.
public protocol TenantView {
    func row(_ table: TableID, _ key: RowKey) throws -> StampedRow?

    /// Rows whose leading index fields equal the values, in index order and then by key.
    ///
    /// - Parameter index: a declared ``IndexSchema`` of the table.
    /// - Parameter limit: at most this many rows.
    func rows(
        _ table: TableID, index: String, equals values: [Value], limit: Int
    ) throws -> [StampedRow]
}
