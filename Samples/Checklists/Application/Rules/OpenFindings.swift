import LynkCore

/// The one figure that the hub derives: how many findings of a site nobody has resolved.
enum OpenFindings {
    static func changes(
        after changes: [RowChange], in view: any TenantView
    ) throws -> [RowChange] {
        var sites: [RowKey] = []
        for change in changes {
            guard let site = site(of: change), !sites.contains(site) else { continue }
            sites.append(site)
        }
        return try sites.compactMap { try change(of: $0, in: view) }
    }

    private static func site(of change: RowChange) -> RowKey? {
        switch change.table {
        case FindingColumn.table.id: change.value(FindingColumn.site)?.keyValue
        case ResolutionColumn.table.id: change.value(ResolutionColumn.site)?.keyValue
        default: nil
        }
    }

    /// Counted anew from the facts, so that no order of arrival can make it drift.
    private static func change(of site: RowKey, in view: any TenantView) throws -> RowChange? {
        guard let row = try view.row(SiteColumn.table.id, site) else { return nil }
        let resolved = try view.all(
            ResolutionColumn.table, ResolutionColumn.bySite, [.key(site)]
        ).map { $0[ResolutionColumn.finding] }
        let open = try view.all(FindingColumn.table, FindingColumn.bySite, [.key(site)])
            .filter { !resolved.contains(.key($0.key)) }
        let count = Value.integer(Int64(open.count))
        guard row[SiteColumn.openFindings] != count else { return nil }
        return RowChange(
            table: SiteColumn.table.id, key: site, kind: .update,
            puts: [.init(SiteColumn.openFindings.rawValue, count)])
    }
}
