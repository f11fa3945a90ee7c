import Foundation
public import LynkCore
public import LynkEngine
import Synchronization

/// One file per tenant under `tenants/`: a query across tenants cannot be expressed.
///
/// Isolation: safe from any thread. A tenant is opened once and stays open.
public final class SQLiteTenantDirectory: TenantDirectory {
    private let directory: String
    private let application: any Application
    private let open: Mutex<[TenantID: SQLiteTenantStore]> = Mutex([:])

    /// - Throws: ``Problem`` `store_failed` when the directory cannot be made.
    public init(directory: String, application: any Application) throws {
        self.directory = directory + "/tenants"
        self.application = application
        do {
            try FileManager.default.createDirectory(
                atPath: self.directory, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
        } catch {
            throw Problem(.storeFailed, "cannot make the directory for tenants")
        }
    }

    public func tenant(_ id: TenantID) throws -> (any TenantStore)? {
        try open.withLock { open in
            if let store = open[id] { return store }
            guard FileManager.default.fileExists(atPath: path(id)) else { return nil }
            return try load(id, into: &open)
        }
    }

    public func create(_ id: TenantID) throws -> any TenantStore {
        try open.withLock { open in
            if let store = open[id] { return store }
            return try load(id, into: &open)
        }
    }

    public func closeAll() throws {
        try open.withLock { open in
            for store in open.values { try store.close() }
            open = [:]
        }
    }

    private func path(_ id: TenantID) -> String { "\(directory)/\(id).sqlite" }

    private func load(
        _ id: TenantID, into open: inout [TenantID: SQLiteTenantStore]
    ) throws -> SQLiteTenantStore {
        var random = SystemRandomNumberGenerator()
        let store = try SQLiteTenantStore(
            path: path(id), tenant: id, application: application, random: &random)
        open[id] = store
        return store
    }
}
