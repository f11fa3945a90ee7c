import LynkCore

/// The accounts of a tenant; a party makes a sub-account.
enum LedgerAccount: String, CaseIterable {
    case receivable = "AR"
    /// Money received and not applied yet: owed to the retailer.
    case unapplied = "UNAPPLIED"
    case cashInHand = "CASH_IN_HAND"
    case chequesInHand = "CHQ_IN_HAND"
    case upiClearing = "UPI_CLEARING"
    case bankClearing = "BANK_CLEARING"
    /// Held money and whom it is held for: a memorandum pair beside the real accounts.
    case held = "HELD"
    case heldFor = "HELD_FOR"
    case sales = "SALES"
    case gstOutput = "GST_OUTPUT"
    case roundOff = "ROUND_OFF"
    case chequesClearing = "CHQ_CLEARING"
    case bank = "BANK"
    case cashBox = "CASHBOX"
    case returns = "RETURNS"
    case discount = "DISCOUNT"
    case badDebt = "BAD_DEBT"
    /// What a worker handed over less, or more, than he said.
    case cashShortOver = "CASH_SHORT_OVER"

    /// Where money of this method is until it is banked.
    init(_ method: PaymentMethod) {
        switch method {
        case .cash: self = .cashInHand
        case .cheque: self = .chequesInHand
        case .upi: self = .upiClearing
        case .bank: self = .bankClearing
        }
    }

    /// Whether a collector answers for it.
    var isInHand: Bool { self == .cashInHand || self == .chequesInHand }
}

/// Why an entry was made.
enum EntryKind: String, CaseIterable {
    case invoice = "INVOICE"
    case invoiceCancelled = "INVOICE_CANCELLED"
    case payment = "PAYMENT"
    case paymentHeld = "PAYMENT_HELD"
    case apply = "APPLY"
    case unapply = "UNAPPLY"
    case heldUndone = "HELD_UNDONE"
    case paymentReversed = "PAYMENT_REVERSED"
    case chequeDeposited = "CHEQUE_DEPOSITED"
    case chequeCleared = "CHEQUE_CLEARED"
    case handover = "HANDOVER"
    case cashBanked = "CASH_BANKED"
    case bankMatched = "BANK_MATCHED"
    case bankUnmatched = "BANK_UNMATCHED"
    case creditNote = "CREDIT_NOTE"
    case invoiceAmended = "INVOICE_AMENDED"
    case writeOff = "WRITE_OFF"
}

/// One side of an entry; a negative amount stands on the other side.
struct JournalLine {
    let account: LedgerAccount
    let party: RowKey?
    /// Positive is a debit, negative a credit.
    let amount: Int64

    static func debit(_ account: LedgerAccount, _ party: RowKey?, _ amount: Int64) -> Self {
        Self(account: account, party: party, amount: amount)
    }

    static func credit(_ account: LedgerAccount, _ party: RowKey?, _ amount: Int64) -> Self {
        Self(account: account, party: party, amount: -amount)
    }
}

extension Books {
    /// Books an event.
    ///
    /// - Parameters:
    ///   - subject: the payment or invoice.
    ///   - isOnce: whether the subject has at most one such entry ever; else the entry's key
    ///     also names this change set.
    /// - Returns: the entry's key.
    /// - Throws: `internal_failure` when the sides differ; nothing unbalanced is ever written.
    @discardableResult
    mutating func journal(
        _ kind: EntryKind, about subject: RowKey, retailer: RowKey?, isOnce: Bool,
        reverses: RowKey? = nil, _ lines: [JournalLine]
    ) throws -> RowKey {
        var balance: Int64 = 0
        for line in lines { balance = try sum(balance, line.amount) }
        guard balance == 0 else {
            throw Problem(.internalFailure, "entry \(kind.rawValue) is off by \(balance)")
        }
        let parts = [Array(kind.rawValue.utf8), subject.bytes]
        let plain =
            isOnce
            ? Self.entryKey(kind, subject)
            : RowKey.derived("journal", parts + [submission.sealed.oid.bytes])
        // A change set may take money from an invoice and give it back to it.
        let ordinal = ordinal(of: plain)
        let key =
            ordinal == 0
            ? plain
            : RowKey.derived("journal", parts + [submission.sealed.oid.bytes, [ordinal]])
        add(
            .birth(
                key,
                [
                    JournalEntryField.kind: .text(kind.rawValue),
                    .reference: .key(subject), .retailer: retailer.map(Value.key) ?? .null,
                    .effectiveDay: .text(effectiveDay), .postedDay: .text(postedDay),
                    .reverses: reverses.map(Value.key) ?? .null,
                ]))
        for (index, line) in lines.enumerated() where line.amount != 0 {
            post(line, index, to: key)
        }
        return key
    }

    /// The key of an entry that its subject has at most once.
    static func entryKey(_ kind: EntryKind, _ subject: RowKey) -> RowKey {
        .derived("journal", [Array(kind.rawValue.utf8), subject.bytes])
    }

    private mutating func post(_ line: JournalLine, _ index: Int, to entry: RowKey) {
        var values: [PostingField: Value] = [
            .entry: .key(entry), .line: .integer(Int64(index)),
            .account: .text(line.account.rawValue),
        ]
        if let party = line.party { values[.party] = .key(party) }
        if line.amount > 0 {
            values[.debit] = .integer(line.amount)
        } else {
            values[.credit] = .integer(-line.amount)
        }
        add(.birth(.derived("posting", [entry.bytes, [UInt8(truncatingIfNeeded: index)]]), values))
    }
}
