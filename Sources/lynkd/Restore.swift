import ArgumentParser
import Foundation
import LynkCore
import LynkServer

struct Restore: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Puts a backup in place as a data directory.",
        discussion: """
            Verifies every file against the backup's manifest first. Nothing else is to be done \
            afterwards: start lynkd, and devices that come back offer again what the backup lacks.

              lynkd restore --from /mnt/backup/2026-10-31 --data data
            """)

    @Option(help: "The backup: a directory that lynkd backup made.")
    var from: String
    @Option(help: "The data directory; it is created when it is not there.")
    var data: String
    @Flag(help: "Take a directory that holds data; what is in it is moved aside, not deleted.")
    var force = false

    func run() async throws {
        try await Failure.reported {
            try FileManager.default.createDirectory(
                atPath: data, withIntermediateDirectories: true,
                attributes: [.posixPermissions: 0o700])
            let lock = try DirectoryLock(directory: data)
            defer { withExtendedLifetime(lock) {} }
            let report = try HubRestore(from: from, to: data).run(force: force)
            let seconds = Double(report.createdMilliseconds) / 1000
            let made = Date(timeIntervalSince1970: seconds).ISO8601Format()
            print("restored: \(report.bytes) bytes, as of \(made)")
            for tenant in report.tenants { print("tenant: \(tenant.id) to \(tenant.position)") }
            if let replaced = report.replaced { print("what was there: \(replaced)") }
        }
    }
}
