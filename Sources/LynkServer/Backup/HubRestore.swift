import Foundation
import LynkCore

/// Puts a backup in place as a hub's data directory.
///
/// No operator action follows: opening a tenant opens a new era, so nothing that the lost hub gave
/// can be given again for something else, and devices offer again what the backup lacks.
public struct HubRestore: Sendable {
    /// What was put in place.
    public struct Report: Hashable, Sendable {
        /// A tenant, and the position that the backup has of it.
        public struct Tenant: Hashable, Sendable {
            public let id: String
            public let position: Int64
        }

        public let createdMilliseconds: Int64
        public let tenants: [Tenant]
        public let bytes: Int64
        /// Where what was there before is now; `nil` when there was nothing.
        public let replaced: String?
    }

    private let backup: String
    private let directory: String

    public init(from backup: String, to directory: String) {
        self.backup = backup
        self.directory = directory
    }

    /// Verifies every file, then copies them. The data directory must be locked by the caller.
    ///
    /// - Parameter force: a directory that holds data is taken all the same; what was in it is
    ///   moved to a subdirectory `replaced-…`, never deleted.
    /// - Throws: ``Problem`` `backup_invalid` before anything is changed, `directory_not_empty`
    ///   without `force`, `store_failed`.
    public func run(force: Bool) throws -> Report {
        let manifest = try BackupManifest.read(in: backup)
        for file in manifest.files { try Self.verify(file, at: "\(backup)/\(file.path)") }
        let standing = try self.standing()
        guard standing.isEmpty || force else {
            throw Problem(.directoryNotEmpty, "\(directory) holds \(standing.sorted()[0])")
        }
        let replaced = standing.isEmpty ? nil : try setAside(standing)
        try DurableFiles.makeDirectory("\(directory)/tenants")
        // The control database last: a hub without one has no tenants, so a broken restore is
        // not mistaken for a whole one.
        for file in manifest.files.sorted(by: { $0.path > $1.path }) {
            let target = "\(directory)/\(file.path)"
            try DurableFiles.copy("\(backup)/\(file.path)", to: target + ".restoring")
            try Self.verify(file, at: target + ".restoring")
            try DurableFiles.move(target + ".restoring", to: target)
        }
        try DurableFiles.sync(directory)
        return Report(
            createdMilliseconds: manifest.createdMilliseconds.value,
            tenants: manifest.tenants.map {
                Report.Tenant(id: $0.tenant, position: $0.position.value)
            },
            bytes: manifest.files.reduce(0) { $0 + $1.bytes.value }, replaced: replaced)
    }

    private static func verify(_ file: BackupManifest.File, at path: String) throws {
        guard FileManager.default.fileExists(atPath: path) else {
            throw Problem(.backupInvalid, "\(file.path) is missing")
        }
        let (bytes, hash) = try DurableFiles.hash(path)
        guard bytes == file.bytes.value, hash == file.sha256 else {
            throw Problem(.backupInvalid, "\(file.path) is not what the manifest says")
        }
    }

    /// What a hub would read, by its name in the directory.
    private func standing() throws -> [String] {
        let found = (try? FileManager.default.contentsOfDirectory(atPath: directory)) ?? []
        return found.filter { name in
            name.hasPrefix(BackupManifest.control) || name == "tenants" && !isEmpty("tenants")
        }
    }

    private func isEmpty(_ name: String) -> Bool {
        let found = try? FileManager.default.contentsOfDirectory(atPath: "\(directory)/\(name)")
        return found?.isEmpty ?? true
    }

    private func setAside(_ names: [String]) throws -> String {
        var number = 1
        while FileManager.default.fileExists(atPath: "\(directory)/replaced-\(number)") {
            number += 1
        }
        let place = "\(directory)/replaced-\(number)"
        try DurableFiles.makeDirectory(place)
        for name in names { try DurableFiles.move("\(directory)/\(name)", to: "\(place)/\(name)") }
        return place
    }
}
