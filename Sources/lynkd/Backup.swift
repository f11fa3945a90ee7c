import ArgumentParser
import Foundation
import LynkCore
import LynkEngine
import LynkServer

struct Backup: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Copies the data directory into a new one, also while lynkd serves it.",
        discussion: """
            The copy is consistent per tenant and synced to disk before it gets its name. Then \
            everything in it counts as durable: devices may drop what they kept in case the hub \
            would be lost. Until a first backup has completed, they keep everything. Put the copy \
            on another disk; a backup beside the data protects from little.

              lynkd backup --data data --out /mnt/backup/2026-10-31
            """)

    @Option(help: "The data directory.")
    var data: String
    @Option(help: "The directory to make; it must not be there yet.")
    var out: String
    @Option(help: "Only this tenant, and the control database.")
    var tenant: String?

    func run() async throws {
        try await Failure.reported {
            let only = try tenant.map { text in
                guard let id = TenantID(text) else {
                    throw Problem(.parameterInvalid, "\(text) is no tenant's id")
                }
                return id
            }
            let target = URL(fileURLWithPath: out).path
            do {
                let lock = try DirectoryLock(directory: data)
                defer { withExtendedLifetime(lock) {} }
                try copy(to: target, only)
            } catch let problem as Problem where problem.code == .directoryLocked {
                try order(target, only)
            }
            print("backup: \(target)")
        }
    }

    /// No lynkd serves the directory.
    private func copy(to target: String, _ only: TenantID?) throws {
        let parts = try Composition.open(directory: data)
        let backup = HubBackup(control: parts.control, tenants: parts.tenants)
        let now = SystemHubClock().nowMilliseconds()
        let made = Result { try backup.make(in: target, only: only, nowMilliseconds: now) }
        try parts.tenants.closeAll()
        for tenant in try made.get() { print("tenant: \(tenant.tenant) to \(tenant.position)") }
    }

    /// The lynkd that serves the directory makes the backup.
    private func order(_ target: String, _ only: TenantID?) throws {
        struct Order: Encodable { let out: String, tenant: String? }
        struct Made: Decodable {
            struct Tenant: Decodable { let tenant, position: String }
            let tenants: [Tenant]
        }
        let token = try OperatorKey(Composition.openControl(directory: data)).token
        let body = try JSONEncoder().encode(Order(out: target, tenant: only?.description))
        let answer = try OperatorSocket.post(
            "/v1/operator/backup", Array(body), token: token, in: data)
        for tenant in try JSONDecoder().decode(Made.self, from: Data(answer)).tenants {
            print("tenant: \(tenant.tenant) to \(tenant.position)")
        }
    }
}
