import LynkCore

extension RowMerge {
    /// A merge into a row of which nothing is kept beside it.
    static func merge(
        _ change: RowChange, into current: RowState?, of table: TableSchema, by writer: Writer,
        scopes: [UInt32], sees: Bool = true, oid: (Stamp) -> ContentID?
    ) -> RowMergeOutcome {
        merge(
            change, into: current, of: table, by: writer, scopes: scopes, sees: sees, oid: oid,
            live: { _ in nil }, resolve: { _, _, _, _ in nil })
    }
}
