import Foundation
import GRDB
public import LynkCore

/// A tenant's file, read beside the hub that serves it: nothing is written and no era starts.
public enum TenantFile {
    /// The tenants that a data directory has, in order.
    ///
    /// - Throws: ``Problem`` `store_failed` for a directory that cannot be listed.
    public static func tenants(in directory: String) throws -> [TenantID] {
        do {
            return try FileManager.default.contentsOfDirectory(atPath: directory + "/tenants")
                .filter { $0.hasSuffix(".sqlite") }
                .compactMap { TenantID($0.dropLast(".sqlite".count)) }.sorted()
        } catch {
            throw Problem(.storeFailed, "\(directory) has no tenants' files that can be listed")
        }
    }

    /// Runs queries on one snapshot of a tenant's file.
    ///
    /// - Parameter body: is given what answers a query without parameters with all its rows.
    /// - Throws: ``Problem`` `store_failed` when the file cannot be read.
    public static func read<T>(
        _ tenant: TenantID, in directory: String,
        _ body: ((Query) throws -> [[Value]]) throws -> T
    ) throws -> T {
        var configuration = Configuration()
        configuration.readonly = true
        do {
            let queue = try DatabaseQueue(
                path: "\(directory)/tenants/\(tenant).sqlite", configuration: configuration)
            return try queue.read { database in
                try body { query in
                    try Row.fetchAll(database, sql: query.sql).map { row in
                        row.map { Value($0.1) }
                    }
                }
            }
        } catch let error as DatabaseError {
            throw Problem(.storeFailed, "tenant \(tenant): \(error.message ?? "cannot be read")")
        }
    }
}
