import LynkCore

/// Where the office sent one inspector, and what of it is over.
struct Assignments {
    private let assigned: [StampedRow]
    private let withdrawn: [Value: [StampedRow]]

    init(of inspector: RowKey, in view: any TenantView) throws {
        assigned = try view.all(
            AssignmentColumn.table, AssignmentColumn.byInspector, [.key(inspector)])
        withdrawn = Dictionary(
            grouping: try view.all(
                WithdrawalColumn.table, WithdrawalColumn.byInspector, [.key(inspector)])
        ) { $0[WithdrawalColumn.assignment] }
    }

    /// Assignments that are not over.
    var standing: [StampedRow] { assigned.filter { withdrawn[.key($0.key)] == nil } }

    /// Whether a write at the site was right for who knew what this author knew.
    ///
    /// Somebody without a network works on until the news arrives, and that work counts. So the
    /// answer depends on the author's knowledge alone and not on the order of arrival.
    func entitle(_ writer: Writer, to site: RowKey) -> Bool {
        assigned.contains { assignment in
            assignment[AssignmentColumn.site] == .key(site)
                && writer.knew(assignment.record.row)
                && !(withdrawn[.key(assignment.key)] ?? []).contains {
                    writer.knew($0.record.row)
                }
        }
    }
}
