import LynkCore

@testable import LynkPayments

extension Device {
    /// States a fact of any table.
    func state<Field: TableField>(_ key: RowKey, _ values: [Field: Value]) -> Written {
        write([.birth(key, values)])
    }

    /// Changes columns of a row that is there.
    func change<Field: TableField>(_ key: RowKey, _ values: [Field: Value]) -> Written {
        write([
            RowChange(
                table: Field.table.id, key: key, kind: .update,
                puts: values.map { .init($0.key.rawValue, $0.value) })
        ])
    }

    /// A payment of the base shop with more columns than most need.
    func collect(
        _ number: UInt64, _ amount: Int64, _ method: PaymentMethod = .cash,
        from retailer: RowKey = World.shop, _ extra: [PaymentField: Value] = [:]
    ) -> Written {
        let plain = payment(World.payment(number), from: retailer, amount, method: method)
        let puts = plain.puts + extra.map { RowChange.Put($0.key.rawValue, $0.value) }
        return write([
            RowChange(table: plain.table, key: plain.key, kind: plain.kind, puts: puts)
        ])
    }

    func decide(_ number: UInt64, _ action: DecisionAction, on payment: UInt64) -> Written {
        state(
            RowKey(high: 0xDE, low: number),
            [
                DecisionField.payment: .key(World.payment(payment)),
                .action: .text(action.rawValue), .reason: "asked", .by: .key(user),
            ])
    }

    func cheque(_ number: UInt64, _ step: ChequeStep, of payment: UInt64, day: String) -> Written {
        state(
            RowKey(high: 0xCE, low: number),
            [
                ChequeEventField.payment: .key(World.payment(payment)),
                .event: .text(step.rawValue), .day: .text(day),
            ])
    }

    func correct(_ number: UInt64, _ payment: UInt64, to reference: String) -> Written {
        state(
            RowKey(high: 0xC0, low: number),
            [
                InstrumentCorrectionField.payment: .key(World.payment(payment)),
                .reference: .text(reference), .by: .key(user),
            ])
    }

    func tick(_ number: UInt64) -> Written {
        state(RowKey(high: 0x71, low: number), [ClockTickField.at: .integer(now)])
    }
}

extension World {
    /// Everything pushed in this order, the invariants holding after each.
    func push(_ changes: Written...) throws {
        for change in changes { try hub.push(change) }
    }

    /// What the shop owes, what of its money is not applied, what is held, and what was reversed.
    var money: String {
        let shop = hub.entry(RetailerField.self, Self.shop)
        let reversed = hub.entries(PaymentField.self)
            .filter { $0.text(.posting) == "REVERSED" }
            .reduce(0) { $0 + $1.money(.amount) }
        return "out \(shop?.money(.outstanding) ?? 0) un \(shop?.money(.unappliedCredit) ?? 0)"
            + " held \(shop?.money(.heldAmount) ?? 0) reversed \(reversed)"
    }

    func posting(_ number: UInt64) -> String {
        hub.entry(PaymentField.self, Self.payment(number))?.text(.posting) ?? "none"
    }

    func severity(_ kind: ExceptionKind) -> String {
        hub.entries(ExceptionField.self).first { $0.text(.kind) == kind.rawValue }?
            .text(.severity) ?? "none"
    }

    /// Debits less credits of an account over all its parties.
    func balance(_ account: LedgerAccount) -> Int64 {
        hub.entries(PostingField.self).filter { $0.text(.account) == account.rawValue }
            .reduce(0) { $0 + $1.money(.debit) - $1.money(.credit) }
    }

    static func milliseconds(_ text: String) -> Int64 { Moment.milliseconds(text) ?? 0 }
}
