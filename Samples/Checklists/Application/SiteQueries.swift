import LynkCore

/// What the office asks the hub.
enum SiteQueries {
    static let all = [sites, openFindings]

    static let sites = Query(
        "sites",
        sql: """
            SELECT site.code, site.title, site.risk, site.closed, site.visits,
                site.open_findings,
                (SELECT count(*) FROM item WHERE item.site = site.id) AS items,
                (SELECT count(*) FROM item
                    WHERE item.site = site.id AND item.checked_by IS NOT NULL) AS checked
            FROM site ORDER BY site.code, site.id
            """,
        columns: [
            .init("code", .text), .init("title", .text), .init("risk", .text),
            .init("closed", .integer), .init("visits", .integer),
            .init("open_findings", .integer), .init("items", .integer),
            .init("checked", .integer),
        ],
        roles: [Role.office.rawValue])

    static let openFindings = Query(
        "open_findings",
        sql: """
            SELECT site.code, finding.text, inspector.name AS inspector, finding.seen_at
            FROM finding
            JOIN site ON site.id = finding.site
            LEFT JOIN inspector ON inspector.id = finding.inspector
            WHERE NOT EXISTS (SELECT 1 FROM resolution WHERE resolution.finding = finding.id)
            ORDER BY site.code, finding.seen_at, finding.id
            """,
        columns: [
            .init("code", .text), .init("text", .text), .init("inspector", .text),
            .init("seen_at", .integer),
        ],
        roles: [Role.office.rawValue])
}
