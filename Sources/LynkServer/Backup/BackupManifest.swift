import Foundation
import LynkCore
import LynkEngine

/// What a backup holds: `manifest.json`, the last file that is written and the first that is read.
struct BackupManifest: Codable {
    static let name = "manifest.json"
    static let format = 1
    static let control = "control.sqlite"

    struct File: Codable {
        /// Relative to the backup, with forward slashes.
        let path: String
        let bytes: JSONInteger
        let sha256: String
    }

    struct Tenant: Codable {
        struct Entry: Codable {
            let era: String
            let number: String
        }

        let tenant: String
        let position: JSONInteger
        /// The tenant's vector: what the backup makes durable.
        let vector: [Entry]

        init(_ backup: TenantBackup) {
            tenant = backup.tenant.description
            position = JSONInteger(backup.position)
            vector = backup.vector.sorted.map {
                Entry(era: $0.era.description, number: String($0.number))
            }
        }
    }

    let format: Int
    let createdMilliseconds: JSONInteger
    let files: [File]
    let tenants: [Tenant]

    /// - Throws: ``Problem`` `backup_invalid` for a directory without a manifest of this format,
    ///   or one whose paths lead out of it.
    static func read(in directory: String) throws -> BackupManifest {
        guard let data = FileManager.default.contents(atPath: "\(directory)/\(name)"),
            let manifest = try? JSONDecoder().decode(BackupManifest.self, from: data)
        else { throw Problem(.backupInvalid, "\(directory) has no readable \(name)") }
        guard manifest.format == format else {
            throw Problem(.backupInvalid, "format \(manifest.format) is not \(format)")
        }
        for file in manifest.files where !isPath(file.path) {
            throw Problem(.backupInvalid, "\(file.path) is no file of a backup")
        }
        return manifest
    }

    static func tenantPath(_ tenant: TenantID) -> String { "tenants/\(tenant).sqlite" }

    /// Exactly the names that a backup is made of: a manifest may come from anywhere.
    private static func isPath(_ path: String) -> Bool {
        if path == control { return true }
        guard path.hasPrefix("tenants/"), path.hasSuffix(".sqlite") else { return false }
        return TenantID(String(path.dropFirst(8).dropLast(7))).map(tenantPath) == path
    }
}
