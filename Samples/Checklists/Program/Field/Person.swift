import Checklists
import Foundation
import GRDB
import Lynk

/// Somebody with a device: a replica in a file of its own and the client that keeps it in step.
final class Person: Sendable {
    let name: String
    let role: Role
    /// The user of the enrolment, and the key of an inspector's row.
    let key: RowKey
    let replica: Replica
    private let client: SyncClient
    private let transport: CurlTransport
    private let time: DayTime
    private let journal: Journal

    /// - Parameter skewMinutes: what the device's wall clock is off by.
    init(
        _ name: String, _ role: Role, skewMinutes: Int64 = 0, in directory: String,
        hub: RunningHub, time: DayTime, journal: Journal
    ) throws {
        self.name = name
        self.role = role
        self.time = time
        self.journal = journal
        transport = hub.transport
        let bytes = Array(name.utf8)
        key = .derived("person", [bytes])
        replica = try Replica(
            path: "\(directory)/\(name).sqlite", schema: Checklists().schema,
            clock: DeviceClock(
                time: time, bootID: .derived("boot", [bytes]),
                skewMilliseconds: skewMinutes * 60_000))
        client = SyncClient(replica: replica, transport: transport)
    }

    func enrol(at hub: RunningHub, in tenant: TenantID) async throws {
        let code = try await hub.operatorClient.code(for: key, role, in: tenant)
        _ = try await EnrolmentClient(replica: replica, transport: transport)
            .enrol(server: hub.address, code: code)
    }

    func sync() async throws -> SyncReport { try await client.sync() }

    /// Does something on this device, whatever the network: one transaction, one change set.
    @discardableResult
    func act<T>(_ what: String, _ body: (Database) throws -> T) throws -> T {
        time.tick()
        let result = try replica.write(intent: Intent(name: "inspect", arguments: what), body)
        journal.add(
            Journal.Deed(
                milliseconds: time.now, who: name, what: what,
                sequence: try replica.status().head?.sequence))
        return result
    }

    /// Rows of a select, each as a dictionary by column.
    func rows(_ sql: String, _ arguments: StatementArguments = []) throws -> [Row] {
        try replica.read { try Row.fetchAll($0, sql: sql, arguments: arguments) }
    }

    func sees(_ site: RowKey) throws -> Bool {
        try !rows("SELECT 1 FROM site WHERE id = ?", [site.data]).isEmpty
    }

    func close() throws { try replica.close() }
}

extension Identifier {
    /// As SQLite stores it.
    var data: Data { Data(bytes) }
}
