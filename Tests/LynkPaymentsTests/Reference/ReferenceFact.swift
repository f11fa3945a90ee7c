import LynkCore

@testable import LynkPayments

/// A change set as it came to the hub, and the hub's clock at that moment.
struct Arrival {
    let written: Written
    let clock: Int64
}

/// One commit of the log as the reference reads it: what was said, by whom, knowing what.
struct ReferenceFact {
    /// Its place in the log, from 1.
    let position: Int
    let written: Written
    /// The hub's clock at its receipt.
    let received: Int64

    var author: UInt32 { written.device.author }
    var user: RowKey { written.device.user }
    var device: RowKey {
        RowKey(
            high: written.device.principal.device.high, low: written.device.principal.device.low)
    }
    var isOffice: Bool { written.device.principal.role != Role.worker.rawValue }
    var effective: Int64 { written.effective.milliseconds }
    /// How much of the log its author had.
    var context: Int { written.device.isHub ? position - 1 : Int(written.context) }

    /// Whether its author knew the other: it had been delivered to him, or is his own.
    func knows(_ other: ReferenceFact) -> Bool {
        other.position <= context || (other.author == author && other.position < position)
    }

    /// The log: every change set once, however often it was delivered.
    static func log(_ arrivals: [Arrival]) -> [ReferenceFact] {
        var seen: Set<ContentID> = []
        var facts: [ReferenceFact] = []
        for arrival in arrivals where seen.insert(arrival.written.oid).inserted {
            let position = facts.count + 1
            let latest = max(arrival.clock, arrival.written.effective.milliseconds)
            facts.append(
                ReferenceFact(
                    position: position, written: arrival.written,
                    received: latest + Int64(position) * 1000))
        }
        return facts
    }
}

extension RowChange {
    func text<Field: TableField>(_ field: Field) -> String? { value(field)?.textValue }
    func number<Field: TableField>(_ field: Field) -> Int64? { value(field)?.integerValue }
    func reference<Field: TableField>(_ field: Field) -> RowKey? { value(field)?.keyValue }
}
