import Foundation
public import LynkCore
public import LynkEngine

/// Copies a hub's stores into a directory while they are in use, and makes durable what is in it.
///
/// The order is what makes it safe: tenants first and the control database last, so that every
/// author in a tenant's copy is enrolled in the control copy; the manifest after all files; one
/// rename; and only then the tenants are told that the copied vectors are durable.
public struct HubBackup: Sendable {
    private let control: any ControlStore
    private let tenants: any TenantDirectory

    public init(control: any ControlStore, tenants: any TenantDirectory) {
        self.control = control
        self.tenants = tenants
    }

    /// Makes a backup. Blocks for as long as the copies take.
    ///
    /// - Parameters:
    ///   - out: a directory that is not there yet. Its parent is.
    ///   - only: one tenant instead of all; the control database is always in it.
    /// - Returns: what was copied, in the order of the tenants' ids.
    /// - Throws: ``Problem`` `already_exists`, `not_found` for an unknown tenant, `store_failed`.
    ///   Nothing is durable by a backup that failed, and nothing of it is left.
    public func make(
        in out: String, only: TenantID? = nil, nowMilliseconds: Int64
    ) throws -> [TenantBackup] {
        guard !FileManager.default.fileExists(atPath: out) else {
            throw Problem(.alreadyExists, "\(out) is there already: name a new directory")
        }
        let partial = "\(out).partial-\(UUID().uuidString.prefix(8))"
        let made: [(backup: TenantBackup, store: any TenantStore)]
        do {
            made = try copy(into: partial, only: only, nowMilliseconds: nowMilliseconds)
            try DurableFiles.move(partial, to: out)
        } catch {
            try? FileManager.default.removeItem(atPath: partial)
            throw error
        }
        for (backup, store) in made {
            try store.markDurable(backup.vector)
            try control.record(
                BackupRecord(backup: backup, completedMilliseconds: nowMilliseconds))
        }
        return made.map(\.backup)
    }

    private func copy(
        into directory: String, only: TenantID?, nowMilliseconds: Int64
    ) throws -> [(backup: TenantBackup, store: any TenantStore)] {
        let records = try control.tenants().map(\.id).filter { only == nil || $0 == only }
        if let only, records.isEmpty { throw Problem(.notFound, "tenant \(only)") }
        try DurableFiles.makeDirectory("\(directory)/tenants")
        var made: [(backup: TenantBackup, store: any TenantStore)] = []
        var paths: [String] = []
        for id in records.sorted() {
            // A crash while a tenant was made leaves its record without a file.
            guard let store = try tenants.tenant(id) else { continue }
            let path = BackupManifest.tenantPath(id)
            made.append((try store.backUp(to: "\(directory)/\(path)"), store))
            paths.append(path)
        }
        try control.backUp(to: "\(directory)/\(BackupManifest.control)")
        paths.append(BackupManifest.control)
        let files = try paths.map { path in
            let file = "\(directory)/\(path)"
            try DurableFiles.sync(file)
            let (bytes, hash) = try DurableFiles.hash(file)
            return BackupManifest.File(path: path, bytes: JSONInteger(bytes), sha256: hash)
        }
        let manifest = BackupManifest(
            format: BackupManifest.format, createdMilliseconds: JSONInteger(nowMilliseconds),
            files: files, tenants: made.map { BackupManifest.Tenant($0.backup) })
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try DurableFiles.write(
            try encoder.encode(manifest), to: "\(directory)/\(BackupManifest.name)")
        try DurableFiles.sync("\(directory)/tenants")
        try DurableFiles.sync(directory)
        return made
    }
}
