import LynkCore

@testable import LynkPayments

/// What is compared, one figure a line.
extension ReferenceBooks {
    static func name(_ key: RowKey) -> String {
        String(key.high, radix: 16) + "." + String(key.low)
    }

    var figures: [String] {
        let shops = retailers.map { shop in
            let own = payments.values.filter { account($0.retailer) == shop }
            let open = invoices.values.filter { account($0.retailer) == shop }
                .reduce(0) { $0 + self.open($1.key) }
            let credit = own.reduce(0) { $0 + self.credit($1) }
            let held = own.filter { $0.posting == .held }.reduce(0) { $0 + $1.amount }
            return "shop \(Self.name(shop)) out \(open - credit) un \(credit) held \(held)"
        }
        let bills = invoices.values.map {
            "invoice \(Self.name($0.key)) \(status($0).rawValue) \(open($0.key))"
        }
        let money = payments.values.map { payment in
            let booked = payment.posting.map {
                "\($0.rawValue) \(payment.effectiveDay) \(payment.businessDay)"
                    + " \(payment.settlement?.rawValue ?? "")"
            }
            return "payment \(Self.name(payment.key)) \(payment.lifecycle.rawValue) "
                + "\(attestation(payment)) " + (booked ?? "not booked")
        }
        let found =
            findings.map { Self.line($0.kind.rawValue, $0.subjects) }
            + claimants.values.map { Self.line("INSTRUMENT_REUSED", $0.sorted()) }
        return (shops + bills + money + Set(found) + sums + balances).sorted()
    }

    static func line(_ kind: String, _ subjects: [RowKey]) -> String {
        "found \(kind) \(subjects.map(name).joined(separator: " "))"
    }

    /// Allocations, and totals of collectors.
    private var sums: [String] {
        var sums: [String: Int64] = [:]
        for piece in pieces {
            let pair = "\(Self.name(piece.payment)) \(Self.name(piece.invoice))"
            sums["applied \(pair)", default: 0] += piece.amount
        }
        for payment in payments.values {
            let worker = Self.name(payment.worker)
            if [.posted, .held].contains(payment.posting) {
                sums["collected \(worker) \(payment.method.rawValue)", default: 0] +=
                    payment.amount
            }
        }
        return sums.map { "\($0.key) \($0.value)" }
    }
}

extension Hub {
    /// The same figures, out of the rows that the hub derived.
    var figures: [String] {
        let name = ReferenceBooks.name
        let shops = entries(RetailerField.self).map {
            "shop \(name($0.key)) out \($0.money(.outstanding)) un \($0.money(.unappliedCredit))"
                + " held \($0.money(.heldAmount))"
        }
        let bills = entries(InvoiceField.self).map {
            "invoice \(name($0.key)) \($0.text(.status)) \($0.money(.open))"
        }
        let money = entries(PaymentField.self).map { row in
            let booked =
                "\(row.text(.posting)) \(row.text(.effectiveDay)) \(row.text(.businessDay))"
                + " \(row.text(.settlement))"
            return "payment \(name(row.key)) \(row.text(.lifecycle)) "
                + "\(row.text(.attestation)) "
                + (row.text(.posting).isEmpty ? "not booked" : booked)
        }
        let found = entries(ExceptionField.self).map {
            ReferenceBooks.line($0.text(.kind), KeyText.keys($0.text(.subjects)).sorted())
        }
        return (shops + bills + money + Set(found) + sums + balances).sorted()
    }

    private var sums: [String] {
        let name = ReferenceBooks.name
        var sums: [String: Int64] = [:]
        for row in entries(AllocationField.self) where row[.voidedBy].isNull {
            guard let payment = row.reference(.payment), let invoice = row.reference(.invoice)
            else { continue }
            sums["applied \(name(payment)) \(name(invoice))", default: 0] += row.money(.amount)
        }
        for row in entries(PaymentField.self)
        where ["POSTED", "HELD"].contains(row.text(.posting)) {
            guard let worker = row.reference(.worker) else { continue }
            sums["collected \(name(worker)) \(row.text(.method))", default: 0] +=
                row.money(.amount)
        }
        return sums.filter { $0.value != 0 }.map { "\($0.key) \($0.value)" }
    }
}
