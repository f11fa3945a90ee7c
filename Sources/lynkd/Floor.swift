import ArgumentParser
import Foundation
import LynkCore
import LynkEngine
import LynkServer

struct Floor: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Forgets what is old, durable and kept for causality alone, or counts it.",
        discussion: """
            A serving lynkd does this every hour by itself. Forgotten are tombstones, conflicts, \
            histories, and the bytes of change sets, of commits that are older than --age days and \
            in a completed backup. Rows, receipts, names of change sets, facts and what is in \
            quarantine stay. A device that comes back from before is served all the same.

              lynkd floor --data data --dry-run
            """)

    @Option(help: "The data directory.")
    var data: String
    @Option(help: "Only this tenant.")
    var tenant: String?
    @Option(help: "Days; only where no lynkd serves the directory, which has an age of its own.")
    var age = 90
    @Flag(help: "Count what would be forgotten, and forget nothing.")
    var dryRun = false

    func validate() throws {
        guard (1...36_500).contains(age) else {
            throw ValidationError("--age must be from 1 to 36500")
        }
    }

    func run() async throws {
        try await Failure.reported {
            let only = try tenant.map { text in
                guard let id = TenantID(text) else {
                    throw Problem(.parameterInvalid, "\(text) is no tenant's id")
                }
                return id
            }
            do {
                let lock = try DirectoryLock(directory: data)
                defer { withExtendedLifetime(lock) {} }
                try advance(only)
            } catch let problem as Problem where problem.code == .directoryLocked {
                try order(only)
            }
        }
    }

    /// No lynkd serves the directory.
    private func advance(_ only: TenantID?) throws {
        let parts = try Composition.open(directory: data)
        let floor = HubFloor(
            control: parts.control, tenants: parts.tenants,
            ageMilliseconds: Int64(age) * 24 * 3_600_000)
        let now = SystemHubClock().nowMilliseconds()
        let done = Result {
            for store in try floor.stores(only: only) {
                while !dryRun, try floor.step(store, nowMilliseconds: now).hasMore {}
                let report = try floor.report(store, counting: dryRun, nowMilliseconds: now)
                Self.show(
                    store.tenant.description, floor: report.floor, target: report.target,
                    head: report.head, waitsFor: report.wait.rawValue,
                    report.forgettable.map {
                        [$0.commits, $0.bytes, $0.tombstones, $0.conflicts]
                    })
            }
        }
        try parts.tenants.closeAll()
        try done.get()
    }

    /// The lynkd that serves the directory does it.
    private func order(_ only: TenantID?) throws {
        struct Order: Encodable { let tenant: String?, dryRun: Bool }
        struct Done: Decodable {
            struct Tenant: Decodable {
                struct Forgettable: Decodable {
                    let commits, bytes, tombstones, conflicts: String
                }
                let tenant, floor, target, head, waitsFor: String
                let forgettable: Forgettable?
            }
            let tenants: [Tenant]
        }
        let token = try OperatorKey(Composition.openControl(directory: data)).token
        let body = try JSONEncoder().encode(
            Order(tenant: only?.description, dryRun: dryRun))
        let answer = try OperatorSocket.post(
            "/v1/operator/floor", Array(body), token: token, in: data)
        for tenant in try JSONDecoder().decode(Done.self, from: Data(answer)).tenants {
            Self.show(
                tenant.tenant, floor: Int64(tenant.floor) ?? 0, target: Int64(tenant.target) ?? 0,
                head: Int64(tenant.head) ?? 0, waitsFor: tenant.waitsFor,
                tenant.forgettable.map {
                    [$0.commits, $0.bytes, $0.tombstones, $0.conflicts].map { Int64($0) ?? 0 }
                })
        }
    }

    private static func show(
        _ tenant: String, floor: Int64, target: Int64, head: Int64, waitsFor: String,
        _ forgettable: [Int64]?
    ) {
        let reasons = [
            "backup": "a first backup: nothing is durable",
            "newer_backup": "a newer backup: older commits are not in one",
            "age": "time: the commits above are not old enough", "commits": "new commits",
        ]
        let reason = reasons[waitsFor] ?? waitsFor
        print("tenant: \(tenant) floor \(floor) of \(head), waits for \(reason)")
        guard let forgettable, forgettable.count == 4 else { return }
        print(
            "  would go to \(target): \(forgettable[0]) commits with \(forgettable[1]) bytes, "
                + "\(forgettable[2]) tombstones, \(forgettable[3]) conflicts")
    }
}
