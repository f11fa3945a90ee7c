import LynkCore

/// Rules of time: what is due when the office's clock strikes. The hub's own clock judges, not the
/// row's, and the same log gives the same answer.
extension Books {
    /// Announced payments end after this long without a step.
    static let expiresAfter: Int64 = 30 * 60_000

    mutating func tick() throws {
        try expire()
        try seekTransfers()
        try seekStaleCheques()
        try seekProofs()
        try seekGaps()
        try seekUnreported()
    }

    /// At most so many rows at one strike; the next goes on where this one ended, because what
    /// was found has left the state that is looked for.
    func due<Field: TableField>(
        _: Field.Type, _ index: IndexSchema, _ value: Value
    ) throws -> [Entry<Field>] {
        try view.rows(
            Field.table.id, index: index.name, equals: [value], limit: PaymentLimits.scanRowsMax
        ).compactMap { try find(Field.self, $0.key) }
    }

    private mutating func expire() throws {
        for state in [Lifecycle.initiated, .otpSent] {
            for var row in try due(
                PaymentField.self, PaymentField.byLifecycle, .text(state.rawValue))
            {
                guard let birth = row.original?.record.row.effective.milliseconds,
                    submission.received.milliseconds - birth > Self.expiresAfter
                else { continue }
                log(row, "LIFECYCLE", from: state.rawValue, to: Lifecycle.expired.rawValue)
                row[.lifecycle] = .text(Lifecycle.expired.rawValue)
                row[.expiredPosition] = .integer(submission.position)
                save(row)
            }
        }
    }

    /// Rule 40.
    private mutating func seekTransfers() throws {
        let days = Int(clamping: try policy().money(.upiDays))
        let today = CivilDay(milliseconds: submission.received.milliseconds)
        let claimed = Value.text(Settlement.claimed.rawValue)
        for var row in try due(PaymentField.self, PaymentField.bySettlement, claimed) {
            guard row.text(.posting) == PaymentPosting.posted.rawValue,
                let day = CivilDay(row.text(.effectiveDay)), today > day.adding(days: days),
                let retailer = row.reference(.retailer), var account = try account(of: retailer)
            else { continue }
            settle(&row, as: .notFound)
            try raise(
                .upiNotFound, about: [row.key], payment: row.key, amount: row.money(.amount),
                in: &account)
            put(account)
        }
    }

    /// Rule 36.
    private mutating func seekStaleCheques() throws {
        let today = CivilDay(milliseconds: submission.received.milliseconds)
        let inHand = Value.text(Settlement.inHand.rawValue)
        for var row in try due(PaymentField.self, PaymentField.bySettlement, inHand) {
            guard row.text(.method) == PaymentMethod.cheque.rawValue, let date = row.chequeDay,
                today > date.chequeEnd, let retailer = row.reference(.retailer),
                var account = try account(of: retailer)
            else { continue }
            settle(&row, as: .stale)
            try raise(
                .chequeStale, about: [row.key], payment: row.key, detail: date.description,
                amount: row.money(.amount), in: &account)
            put(account)
        }
    }

    /// Rule 39.
    private mutating func seekProofs() throws {
        for state in ["LOCAL", "UPLOADING"] {
            for proof in try due(ProofFileField.self, ProofFileField.byState, .text(state)) {
                guard let birth = proof.original?.record.row.effective.milliseconds,
                    submission.received.milliseconds - birth > 86_400_000,
                    let key = proof.reference(.payment),
                    let row = try find(PaymentField.self, key),
                    let retailer = row.reference(.retailer),
                    var account = try account(of: retailer)
                else { continue }
                try raise(
                    .proofMissing, about: [proof.key], payment: key, amount: row.money(.amount),
                    in: &account)
                put(account)
            }
        }
    }
}
