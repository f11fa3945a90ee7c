import LynkCore
import TestSupport

@testable import LynkPayments

/// Drives drawn tenants through the books and through the reference.
enum ReferenceCheck {
    /// The offline phase of a tenant in a drawn order that keeps each queue's own, some
    /// delivered again.
    static func shuffled(_ queues: [[Written]], order: UInt64) -> [Written] {
        var queues = queues.map { ArraySlice($0) }
        var random = SeededGenerator(seed: order)
        var sent: [Written] = []
        while let index = queues.indices.filter({ !queues[$0].isEmpty })
            .randomElement(using: &random)
        {
            sent.append(queues[index].removeFirst())
            if Int.random(in: 0..<3, using: &random) == 0,
                let again = sent.randomElement(
                    using: &random)
            {
                sent.append(again)
            }
        }
        return sent
    }

    /// Where the books and the reference part first, in words; `nil` when they do not.
    ///
    /// - Parameter found: what kinds of exceptions there were, and states of confirmations.
    static func difference(
        _ seed: Int, order: Int, ways: RichTenant.Ways = .all, noting found: inout Set<Substring>
    ) throws -> String? {
        let tenant = try RichTenant(seed: UInt64(seed), ways: ways)
        let before = tenant.arrivals.count
        for written in shuffled(tenant.phase(), order: UInt64(order)) { try tenant.push(written) }
        let broken = tenant.world.hub.brokenInvariants
        // They count an invoice as it was first written.
        if !ways.contains(.amendments), !broken.isEmpty {
            return "seed \(seed), order \(order): \(broken)"
        }
        let figures = tenant.world.hub.figures
        for figure in figures {
            let words = figure.split(separator: " ")
            if words[0] == "found" { found.insert(words[1]) }
            if words[0] == "payment" { found.insert(words[3]) }
        }
        guard figures != ReferenceBooks(tenant.arrivals, codes: tenant.codes).figures else {
            return nil
        }
        return trace(tenant, before: before, ways, "seed \(seed), order \(order)")
    }

    private static func trace(
        _ tenant: RichTenant, before: Int, _ ways: RichTenant.Ways, _ name: String
    ) -> String {
        let expected = ReferenceBooks(tenant.arrivals, codes: tenant.codes).figures
        let found = tenant.world.hub.figures
        let parts = found.difference(from: expected)
        func lines(_ changes: [CollectionDifference<String>.Change]) -> [String] {
            changes.map { change in
                switch change {
                case .insert(_, let line, _), .remove(_, let line, _): "  " + line
                }
            }
        }
        let log = tenant.arrivals.enumerated().map { index, arrival in
            "  \(index + 1) d\(arrival.written.device.author) knows \(arrival.written.context) "
                + arrival.written.changes.map(describe).joined(separator: "; ")
        }
        return
            (["\(name), offline from \(before)"] + log
            + ["books:"] + lines(parts.insertions)
            + ["reference:"] + lines(parts.removals)).joined(separator: "\n")
    }

    static func describe(_ change: RowChange) -> String {
        "t\(change.table) \(ReferenceBooks.name(change.key)) "
            + change.puts.map { put in
                let text =
                    put.value.keyValue.map(ReferenceBooks.name) ?? put.value.textValue
                    ?? put.value.integerValue.map { String($0) } ?? "-"
                return "\(put.field)=\(text.replacing("00000000-0000-", with: ""))"
            }.joined(separator: " ")
    }
}
