import LynkCore

extension Schema {
    /// The tables of the checklists, version 1.
    static let checklists = Schema(
        "checklists", version: 1,
        [
            InspectorColumn.table, SiteColumn.table, ItemColumn.table, FindingColumn.table,
            ResolutionColumn.table, AssignmentColumn.table, WithdrawalColumn.table,
        ])
}

/// Bounds of this application.
enum ChecklistLimits {
    /// What one scan of the tenant's rows may return; more is an error, never a cut.
    static let scanRowsMax = 10_000
}

extension TenantView {
    /// Every row whose leading index columns have these values.
    ///
    /// - Throws: ``Problem`` when they are more than the application is made for.
    func all(_ table: TableSchema, _ index: IndexSchema, _ values: [Value]) throws -> [StampedRow] {
        let limit = ChecklistLimits.scanRowsMax
        let found = try rows(table.id, index: index.name, equals: values, limit: limit + 1)
        guard found.count <= limit else {
            throw Problem(.internalFailure, "more than \(limit) rows of \(table.name)")
        }
        return found
    }
}
