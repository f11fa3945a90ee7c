package import LynkCore
package import LynkEngine

/// What a simulator sees of a hub, who knows everything.
extension InMemoryTenantStore {
    /// Reads the tables as of one commit.
    package func inspect<T>(_ body: (any HubReads) throws -> T) throws -> T {
        try replica.file.read { try body($0) }
    }

    /// Names that commits had in eras which this hub lost.
    package func aliases() -> [DotAlias] { replica.file.snapshot().aliases }

    /// The rows that are there, in key order.
    package func presentRows(_ table: TableID) -> [NamedRow] {
        let tables = replica.file.snapshot()
        return (tables.rows[table]?.present ?? []).sorted { $0.key < $1.key }.map {
            NamedRow(
                $0, era: { tables.eras[Int($0)].record.era }, lane: { tables.lanes[Int($0)].id },
                scope: { tables.scopes[Int($0)].name })
        }
    }
}
