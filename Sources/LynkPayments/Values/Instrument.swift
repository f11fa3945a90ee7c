import LynkCore

/// What a payment was made with, when it can be used only once.
///
/// A UPI or bank transfer of twelve digits is unique in a tenant (rule 7); a cheque in its bank
/// and its payer's account (rule 10). Four digits name nothing (rule 8).
struct Instrument: Equatable {
    let name: String

    init?(method: PaymentMethod, reference: String, bank: String, retailer: RowKey) {
        let number = reference.uppercased().filter { !$0.isWhitespace }
        switch method {
        case .cash: return nil
        case .upi, .bank:
            guard number.utf8.count >= 12 else { return nil }
            name = "UTR:\(number)"
        case .cheque:
            guard !number.isEmpty else { return nil }
            let bank = bank.uppercased().filter { !$0.isWhitespace }
            name = "CHQ:\(bank):\(number):\(KeyText.of(retailer))"
        }
    }

    /// Of a payment as it is corrected by now.
    init?(_ payment: Entry<PaymentField>) {
        guard let method = PaymentMethod(rawValue: payment.text(.method)),
            let retailer = payment.reference(.retailer)
        else { return nil }
        self.init(
            method: method,
            reference: payment[.currentReference].textValue ?? payment.text(.reference),
            bank: payment[.currentBank].textValue ?? payment.text(.bank), retailer: retailer)
    }
}

extension Entry<PaymentField> {
    /// The last four digits of a transfer, when they are all that was taken down.
    var last4: String? {
        let text = self[.currentReference].textValue ?? self.text(.reference)
        let isTransfer = ["UPI", "BANK"].contains(self.text(.method))
        guard isTransfer, text.utf8.count == 4, CivilDay.number(text.utf8) != nil else {
            return nil
        }
        return text
    }

    var chequeDay: CivilDay? {
        (self[.currentChequeDate].textValue ?? self[.chequeDate].textValue).flatMap {
            CivilDay($0)
        }
    }
}

extension CivilDay {
    /// The last day on which a bank takes a cheque of this date: three months on, or that
    /// month's end.
    var chequeEnd: CivilDay {
        let index = year * 12 + month - 1 + 3
        for last in stride(from: day, through: 28, by: -1) {
            if let end = CivilDay(year: index / 12, month: index % 12 + 1, day: last) { return end }
        }
        return CivilDay(year: index / 12, month: index % 12 + 1, day: min(day, 28)) ?? self
    }

    func adding(days: Int) -> CivilDay {
        let milliseconds = Int64(daysSince1970 + days) * 86_400_000 - Self.zoneMilliseconds
        return CivilDay(milliseconds: milliseconds)
    }
}
