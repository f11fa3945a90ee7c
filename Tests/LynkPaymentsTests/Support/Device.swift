import LynkCore

@testable import LynkPayments

/// A collector's device, or the office: it writes with what it knew at its last sync.
final class Device {
    let principal: Principal
    let author: UInt32
    /// Writes as the hub itself does for the office: it knows every commit.
    let isHub: Bool
    /// Whether it states what it expects to cover, as ``PaymentDesk`` computes it.
    var isStating = true
    private var context: UInt64 = 0
    private var openInvoices: [RowKey: [OpenInvoice]] = [:]
    private var pending: [String] = []
    private var order = AllocationOrder.issueDate
    private var made: UInt64 = 0
    /// The device's corrected clock, in milliseconds; it moves on with every write.
    var now = World.start

    init(_ author: UInt32, user: RowKey, role: Role, tenant: TenantID, isHub: Bool = false) {
        self.author = author
        self.isHub = isHub
        principal = Principal(
            tenant: tenant, device: DeviceID(high: 0xD, low: UInt64(author)),
            user: UserID(high: user.high, low: user.low), role: role.rawValue)
    }

    var user: RowKey { RowKey(high: principal.user.high, low: principal.user.low) }

    /// Takes over what the hub has; own work must have been pushed before.
    func sync(with hub: Hub) {
        context = hub.number
        pending = []
        openInvoices = [:]
        for invoice in hub.entries(InvoiceField.self)
        where ["OPEN", "PARTIAL"].contains(invoice.text(.status)) {
            guard let retailer = invoice.reference(.retailer) else { continue }
            openInvoices[retailer, default: []].append(
                OpenInvoice(
                    key: invoice.key, number: invoice.text(.number),
                    issueDate: invoice.text(.issueDate), dueDate: invoice.text(.dueDate),
                    open: invoice.money(.open)))
        }
        let profile = hub.entries(TenantProfileField.self).first
        order =
            profile.flatMap { AllocationOrder(rawValue: $0.text(.allocationOrder)) }
            ?? .issueDate
    }

    func write(_ changes: [RowChange]) -> Written {
        made += 1
        now += 1000
        let name = [UInt64(author), made].flatMap { word in
            (0..<8).map { UInt8(truncatingIfNeeded: word >> UInt64(8 * $0)) }
        }
        return Written(
            device: self, changes: changes, context: context,
            effective: HybridTimestamp(milliseconds: now), oid: ContentID(hashing: name))
    }

    func payment(
        _ key: RowKey, from retailer: RowKey, _ amount: Int64, intent: [RowKey] = [],
        method: PaymentMethod = .cash, lifecycle: Lifecycle = .completed
    ) -> RowChange {
        var values: [PaymentField: Value] = [
            .retailer: .key(retailer), .worker: .key(user), .amount: .integer(amount),
            .method: .text(method.rawValue), .claimedAt: .integer(now),
            .intent: .text(PaymentDesk.intentText(intent)),
            .lifecycle: .text(lifecycle.rawValue),
        ]
        if isStating {
            let expected = PaymentDesk.provisional(
                amount, over: openInvoices[retailer] ?? [], pending: pending, intent: intent,
                order: order)
            let text = ProvisionalAllocation.text(expected.pieces)
            values[.provisional] = .text(text)
            pending.append(text)
        }
        return .birth(key, values)
    }

    func pay(
        _ key: RowKey, from retailer: RowKey, _ amount: Int64, intent: [RowKey] = [],
        method: PaymentMethod = .cash, lifecycle: Lifecycle = .completed
    ) -> Written {
        write([
            payment(
                key, from: retailer, amount, intent: intent, method: method, lifecycle: lifecycle)
        ])
    }

    func step(_ payment: RowKey, to lifecycle: Lifecycle) -> Written {
        write([
            RowChange(
                table: PaymentField.table.id, key: payment, kind: .update,
                puts: [.init(PaymentField.lifecycle.rawValue, .text(lifecycle.rawValue))])
        ])
    }

    func cancel(invoice: RowKey) -> Written {
        write([
            RowChange(
                table: InvoiceField.table.id, key: invoice, kind: .update,
                puts: [.init(InvoiceField.cancelled.rawValue, Cancellation.yes)])
        ])
    }
}
