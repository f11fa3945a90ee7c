import LynkCore

/// What a payment must be made of to be booked.
enum PaymentForm {
    /// The first field that is not as it must be.
    static func flaw(in change: RowChange) -> PaymentField? {
        guard let amount = change.value(PaymentField.amount)?.integerValue, amount > 0,
            amount <= PaymentLimits.amountMax
        else { return .amount }
        // Left out means the default.
        let currency = change.value(PaymentField.currency)
        guard currency == nil || currency == .text(PaymentLimits.currency) else {
            return .currency
        }
        guard let method = change.value(PaymentField.method)?.textValue,
            PaymentMethod(rawValue: method) != nil
        else { return .method }
        guard change.value(PaymentField.retailer)?.keyValue != nil else { return .retailer }
        guard change.value(PaymentField.worker)?.keyValue != nil else { return .worker }
        if let text = change.value(PaymentField.intent)?.textValue, !isIntent(text) {
            return .intent
        }
        if let text = change.value(PaymentField.provisional)?.textValue,
            !ProvisionalAllocation.isWellFormed(text)
        {
            return .provisional
        }
        for field in [PaymentField.chequeDate] {
            if let text = change.value(field)?.textValue, CivilDay(text) == nil { return field }
        }
        return nil
    }

    /// Keys as ``KeyText`` writes them, none twice: what a device says is read whole or kept whole.
    private static func isIntent(_ text: String) -> Bool {
        if text.isEmpty { return true }
        let parts = text.split(separator: ",", omittingEmptySubsequences: false)
        return parts.count <= ProvisionalAllocation.piecesMax && Set(parts).count == parts.count
            && parts.allSatisfy { part in
                RowKey(part).map { KeyText.of($0) == part } ?? false
            }
    }
}

/// What an invoice must be made of to be booked.
enum InvoiceForm {
    /// The first field that is not as it must be.
    static func flaw(in change: RowChange) -> InvoiceField? {
        func money(_ field: InvoiceField) -> Int64 { change.value(field)?.integerValue ?? 0 }
        guard change.value(InvoiceField.retailer)?.keyValue != nil else { return .retailer }
        guard let number = change.value(InvoiceField.number)?.textValue, !number.isEmpty else {
            return .number
        }
        for field in [InvoiceField.issueDate, .dueDate] {
            guard let text = change.value(field)?.textValue, CivilDay(text) != nil else {
                return field
            }
        }
        let limit = 0...PaymentLimits.amountMax
        for field in [InvoiceField.taxable, .gst] where !limit.contains(money(field)) {
            return field
        }
        guard limit.contains(abs(clamped: money(.roundOff))) else { return .roundOff }
        guard money(.total) > 0, limit.contains(money(.total)),
            money(.taxable) + money(.gst) + money(.roundOff) == money(.total)
        else { return .total }
        return nil
    }

    private static func abs(clamped value: Int64) -> Int64 {
        value == .min ? .max : Swift.abs(value)
    }
}
