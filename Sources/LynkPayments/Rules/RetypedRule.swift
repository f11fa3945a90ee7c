import LynkCore

/// Rule 6: a payment that the same worker typed twice, on two installations of the program.
///
/// Which of two is the second follows from what their authors knew, and between concurrent ones
/// from their keys, so that any order of arrival gives the same answer: a payment is held when
/// one before it came from another installation.
extension Books {
    static let retypedWithin: Int64 = 24 * 3_600_000

    func retyped(_ row: Entry<PaymentField>) throws -> [Finding] {
        try twins(of: row).filter { isBefore($0, row) }.map(\.key).sorted().map {
            Finding(kind: .suspectRetyped, holds: true, rival: $0)
        }
    }

    /// Ends what only looked like one payment typed twice: the payer confirmed each by a number
    /// of its own.
    mutating func tellApart(
        _ row: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        for twin in try neighbours(of: row, days: -1...1)
        where try isAlike(twin, row) && isToldApart(twin, row) {
            try endRetyped(row.key, twin.key, "different codes", in: &account)
        }
    }

    /// Ends the suspicion about a pair, and lets go of the money that nothing else holds.
    mutating func endRetyped(
        _ one: RowKey, _ other: RowKey, _ resolution: String, in account: inout RetailerAccount
    ) throws {
        guard
            let note = try find(
                ExceptionField.self, ExceptionKind.suspectRetyped.key([one, other])),
            note.text(.state) == ExceptionState.open.rawValue,
            let held = note.reference(.payment)
        else { return }
        try end(note, as: .autoResolved, resolution, by: nil, in: &account)
        let rest = try current(
            ExceptionField.self, ExceptionField.byPayment, [.key(held)],
            where: {
                $0.reference(.payment) == held && $0.text(.state) == "OPEN"
                    && $0.text(.kind) == ExceptionKind.suspectRetyped.rawValue
            })
        guard rest.isEmpty, var row = try find(PaymentField.self, held) else { return }
        try lift([.suspectRetyped], from: &row, in: &account)
    }

    /// Holds what was booked before this one arrived and comes after it.
    mutating func displaceRetyped(
        by row: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        for var twin in try displaced(by: row) {
            if twin.text(.posting) == PaymentPosting.posted.rawValue, isWithdrawable(twin) {
                try withdraw(&twin, for: .suspectRetyped, in: &account)
            }
            try raise(
                Finding(kind: .suspectRetyped, holds: true, rival: row.key), about: twin,
                in: &account)
        }
    }

    /// What looks like this payment, typed again after it.
    func displaced(by row: Entry<PaymentField>) throws -> [Entry<PaymentField>] {
        try twins(of: row).filter { !isBefore($0, row) }
    }

    private func twins(of row: Entry<PaymentField>) throws -> [Entry<PaymentField>] {
        try neighbours(of: row, days: -1...1).filter {
            try isAlike($0, row) && !isToldApart($0, row)
        }
    }

    /// Both were confirmed, by different numbers of the payer's phone.
    private func isToldApart(
        _ other: Entry<PaymentField>, _ row: Entry<PaymentField>
    ) throws -> Bool {
        guard let one = try confirmedCounter(of: other.key) else { return false }
        guard let two = try confirmedCounter(of: row.key) else { return false }
        return one != two
    }

    private func isAlike(_ other: Entry<PaymentField>, _ row: Entry<PaymentField>) -> Bool {
        // Different numbers tell two transfers or cheques apart.
        for field in [PaymentField.worker, .amount, .method, .reference]
        where other[field] != row[field] {
            return false
        }
        let apart = abs(other.money(.effectiveAt) - row.money(.effectiveAt))
        return apart <= Self.retypedWithin && install(other) != install(row)
    }

    private func install(_ row: Entry<PaymentField>) -> String {
        let stated = row.text(.install)
        return stated.isEmpty ? row.reference(.device).map { KeyText.of($0) } ?? "" : stated
    }

    /// Whether the author of this change set knew the other, or neither knew and its key is less.
    private func isBefore(_ other: Entry<PaymentField>, _ row: Entry<PaymentField>) -> Bool {
        // Of this very change set, which is one installation: its twins are elsewhere.
        guard let birth = other.original?.record.row else { return other.key < row.key }
        return submission.writer.knew(birth) || other.key < row.key
    }
}
