import GRDB
public import LynkCore
import LynkEngine
import LynkWire
import Synchronization

extension Replica {
    public func record(_ receipts: [Receipt]) throws {
        guard !receipts.isEmpty else { return }
        try pool.writeWithoutTransaction { database in
            try restoreSync(database)
            var answered = state.withLock { $0.answered }
            let offered = state.withLock { $0.offered }
            try database.inTransaction(.immediate) {
                // Told of a rollback by the answer to a push that began further on: what is kept
                // from before is offered again first.
                let first = try Outbox(database).first(after: answered)
                let isNext = first.map { offered.values.contains($0) } ?? true
                for receipt in receipts {
                    guard let sequence = offered[receipt.oid] else {
                        throw Problem(.responseInvalid, "a receipt for what was not sent")
                    }
                    try keep(receipt, sequence: sequence, database)
                    if isNext { answered = max(answered, sequence) }
                }
                try database.execute(
                    sql: "UPDATE lynk_settled SET answered = ?", arguments: [Int64(answered)])
                try keepRatchet(database)
                return .commit
            }
            state.withLock {
                $0.answered = answered
                if !$0.nextRatchet.isEmpty { $0.ratchet = $0.nextRatchet }
            }
        }
        observers.publish([])
    }

    /// With the receipts or not at all: who has the one has the other.
    private func keepRatchet(_ database: Database) throws {
        let (ratchet, next) = state.withLock { ($0.ratchet, $0.nextRatchet) }
        guard !next.isEmpty, next != ratchet else { return }
        try ReplicaMeta(database).write("ratchet", next)
    }

    /// A repeat after a hub was restored may bring another dot; what a person decided stays.
    private func keep(_ receipt: Receipt, sequence: UInt64, _ database: Database) throws {
        let skipped = try Outbox(database).skipped(by: receipt.oid)
        let insert = try HotStatement(
            database,
            """
            INSERT INTO lynk_receipt (sequence, oid, disposition, era, number, effective,
                conflicts, problem, detail)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET
                disposition = excluded.disposition, era = excluded.era,
                number = excluded.number, effective = excluded.effective,
                conflicts = excluded.conflicts, problem = excluded.problem,
                detail = excluded.detail
            """)
        let problem =
            skipped == nil
            ? receipt.problem
            : Problem(.changeSetMalformed, "its bytes were damaged on this device")
        let disposition = skipped == nil ? receipt.disposition : .rejected
        insert.bind(1, Int64(sequence))
        insert.bind(2, blob: (skipped ?? receipt.oid).bytes)
        insert.bind(3, text: disposition.rawValue)
        insert.bind(4, blob: receipt.dot.era.bytes)
        insert.bind(5, Int64(bitPattern: receipt.dot.number))
        insert.bind(6, Int64(bitPattern: receipt.effective.rawValue))
        insert.bind(7, Int64(receipt.conflicts))
        insert.bind(8, problem.map { .text($0.code.rawValue) } ?? .null)
        insert.bind(9, problem.map { .text($0.detail) } ?? .null)
        try insert.run()
    }
}
