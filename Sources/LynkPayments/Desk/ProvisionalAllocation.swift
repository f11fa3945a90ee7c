public import LynkCore

/// What a device expects a payment to cover of one invoice; the hub decides.
public struct ProvisionalAllocation: Hashable, Sendable {
    public let invoice: RowKey
    /// In minor units, more than zero.
    public let amount: Int64

    public init(invoice: RowKey, amount: Int64) {
        self.invoice = invoice
        self.amount = amount
    }

    /// Pieces beyond this are not read: no payment covers so many invoices.
    static let piecesMax = 100

    /// The form of `payment.provisional`: `invoice:amount`, separated by a comma.
    public static func text(_ pieces: [ProvisionalAllocation]) -> String {
        pieces.map { "\(KeyText.of($0.invoice)):\($0.amount)" }.joined(separator: ",")
    }

    /// Reads ``text(_:)``. A piece that is malformed or names an invoice again is left out, as
    /// the text is a device's opinion and not a fact about money.
    public static func parse(_ text: String) -> [ProvisionalAllocation] {
        if text.isEmpty { return [] }
        var pieces: [ProvisionalAllocation] = []
        var seen: Set<RowKey> = []
        for piece in text.split(separator: ",").prefix(piecesMax) {
            let parts = piece.split(separator: ":", omittingEmptySubsequences: false)
            guard parts.count == 2, let invoice = RowKey(parts[0]),
                let amount = Int64(parts[1]), amount > 0, amount <= PaymentLimits.amountMax,
                seen.insert(invoice).inserted
            else { continue }
            pieces.append(ProvisionalAllocation(invoice: invoice, amount: amount))
        }
        return pieces
    }

    /// Whether ``parse(_:)`` reads all of it, and it is written as ``text(_:)`` writes it.
    static func isWellFormed(_ text: String) -> Bool {
        text == self.text(parse(text))
    }
}
