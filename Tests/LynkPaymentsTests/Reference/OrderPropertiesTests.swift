import Testing

@testable import LynkPayments

/// What the merge of payments promises about the order of arrival (P6), over drawn tenants with
/// instruments used again, payments typed again, cancellations and contexts that lag.
///
/// `LYNK_TENANTS`, `LYNK_ORDERS` and `LYNK_FIRST` are those of ``ReferenceTests``.
@Suite("Four properties of the order of arrival")
struct OrderPropertiesTests {
    /// Everything that people do while nobody hears of the others. What an office decides depends
    /// on what it sees, and is left to ``ReferenceTests``.
    private static let ways: RichTenant.Ways = [
        .instruments, .retyping, .cancels, .staleContexts,
    ]

    /// Compares what all orders of a tenant gave with what the first gave.
    private func hold(
        _ name: String, _ ways: RichTenant.Ways, _ figures: (Hub) -> [String]
    ) throws {
        var arrivals = 0
        for seed in ReferenceTests.first..<ReferenceTests.first + ReferenceTests.tenants {
            var expected: [String]?
            for order in 1...ReferenceTests.orders {
                let tenant = try RichTenant(seed: UInt64(seed), ways: ways)
                for written in ReferenceCheck.shuffled(tenant.phase(), order: UInt64(order)) {
                    try tenant.push(written)
                }
                let found = figures(tenant.world.hub)
                #expect(tenant.world.hub.brokenInvariants == [])
                if let expected, found != expected {
                    #expect(found == expected, "\(name): seed \(seed), order \(order)")
                    return
                }
                expected = found
                arrivals += 1
            }
        }
        print("\(name): \(arrivals) arrivals of \(ReferenceTests.tenants) tenants, no difference")
    }

    @Test("Totals per collector and method, posted or held")
    func totals() throws {
        try hold("totals", Self.ways) { hub in
            var totals: [String: Int64] = [:]
            for payment in hub.entries(PaymentField.self) where !payment.text(.posting).isEmpty {
                let worker = payment.reference(.worker).map { "\($0)" } ?? ""
                totals["\(worker) \(payment.text(.method))", default: 0] += payment.money(.amount)
            }
            return totals.map { "\($0.key) \($0.value)" }.sorted()
        }
    }

    @Test("The exceptions that follow from causality")
    func exceptions() throws {
        let causal: Set<ExceptionKind> = [
            .concurrentSameInvoice, .cancelledButCollected, .completedAfterKnownCancel,
            .suspectRetyped, .instrumentReused,
        ]
        try hold("exceptions", Self.ways) { hub in
            hub.entries(ExceptionField.self)
                .filter { ExceptionKind(rawValue: $0.text(.kind)).map(causal.contains) ?? false }
                .map { row in
                    let about = KeyText.keys(row.text(.subjects)).sorted()
                    return "\(row.text(.kind)) \(about)"
                }.sorted()
        }
    }

    @Test("How many payments are held")
    func held() throws {
        try hold("held", Self.ways) { hub in
            ["\(hub.entries(PaymentField.self).count { $0.text(.posting) == "HELD" })"]
        }
    }

    @Test("The whole ledger, where no instrument is used again")
    func ledger() throws {
        try hold("ledger", Self.ways.subtracting(.instruments)) { hub in
            var balances: [String: Int64] = [:]
            for line in hub.entries(PostingField.self) {
                let party = line.reference(.party).map { "\($0)" } ?? ""
                balances["\(line.text(.account)) \(party)", default: 0] +=
                    line.money(.debit) - line.money(.credit)
            }
            return balances.filter { $0.value != 0 }.map { "\($0.key) \($0.value)" }.sorted()
        }
    }
}
