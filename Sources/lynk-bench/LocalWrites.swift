import ArgumentParser
import Foundation
import GRDB
import Lynk
import LynkEngine

/// What tracking costs a device's own writes: the same inserts through the same library.
struct LocalWrites: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "local-writes",
        abstract: "Durable local writes, one by one and in bulk, beside the same inserts untracked."
    )

    @Option(help: "Single-row transactions per repetition.")
    var writes = 2_000
    @Option(help: "Rows in the bulk transaction.")
    var bulk = 10_000
    @Option(help: "Counted repetitions of each side.")
    var repeats = 5

    func run() throws {
        Machine.printHeader(
            command: "lynk-bench local-writes --writes \(writes) --bulk \(bulk) "
                + "--repeats \(repeats)")
        try measure()
    }

    func measure() throws {
        try compare("Local write of one payment, durable", count: writes, perTransaction: 1)
        try compare("One transaction of \(bulk) payments", count: bulk, perTransaction: bulk)
    }

    private static let insert = "INSERT INTO payment VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)"
    private static let tracked = """
        INSERT INTO payment (id, retailer, worker, amount, currency, method, reference, claimed_at,
            receipt_no, lifecycle) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """

    private func compare(_ name: String, count: Int, perTransaction: Int) throws {
        var comparison = Comparison(name: name, rows: count)
        for round in 0...repeats {
            let ours = try lynk(count, perTransaction)
            let theirs = try plain(count, perTransaction)
            guard round > 0 else { continue }
            comparison.lynk.samples.append(ours)
            comparison.plain.samples.append(theirs)
        }
        comparison.report()
    }

    private func lynk(_ count: Int, _ perTransaction: Int) throws -> Sample {
        let path = Scratch.path("replica")
        defer { Scratch.remove(path) }
        let replica = try Replica(
            path: path, schema: PaymentRows().schema, clock: SystemReplicaClock())
        try replica.adopt(
            Enrolment(
                server: "https://localhost",
                principal: Principal(
                    tenant: TenantID(high: 1, low: 1), device: DeviceID(high: 1, low: 2),
                    user: UserID(high: 1, low: 3), role: "worker"), key: DeviceKey()))
        let rows = (0..<count).map { arguments(PaymentRow($0)) }
        let sample = try Sample.of {
            for start in stride(from: 0, to: count, by: perTransaction) {
                try replica.write { database in
                    for row in rows[start..<start + perTransaction] {
                        try database.cachedStatement(sql: Self.tracked).execute(arguments: row)
                    }
                }
            }
        }
        try replica.close()
        return sample
    }

    private func plain(_ count: Int, _ perTransaction: Int) throws -> Sample {
        let path = Scratch.path("plain")
        let table = try PlainTable(path: path)
        defer { withExtendedLifetime(table) {} }
        let pool = try DatabasePool(path: path)
        try pool.writeWithoutTransaction { try $0.execute(sql: "PRAGMA synchronous = FULL") }
        let rows = (0..<count).map { arguments(PaymentRow($0)) }
        let sample = try Sample.of {
            for start in stride(from: 0, to: count, by: perTransaction) {
                try pool.writeWithoutTransaction { database in
                    try database.inTransaction(.immediate) {
                        for row in rows[start..<start + perTransaction] {
                            try database.cachedStatement(sql: Self.insert).execute(arguments: row)
                        }
                        return .commit
                    }
                }
            }
        }
        try pool.close()
        return sample
    }

    private func arguments(_ row: PaymentRow) -> StatementArguments {
        StatementArguments(
            ([.key(row.key)] + row.values).map { value -> (any DatabaseValueConvertible)? in
                switch value {
                case .integer(let number): number
                case .text(let text): text
                case .blob(let bytes): Data(bytes)
                default: nil
                }
            })
    }
}
