import LynkCore

/// Rule 6: a payment that the same worker typed twice, on two installations of the program.
///
/// Which of two is the second follows from what their authors knew, and between concurrent ones
/// from their keys, so that any order of arrival gives the same answer: a payment is held when
/// one before it came from another installation.
extension Books {
    static let retypedWithin: Int64 = 24 * 3_600_000

    func retyped(_ row: Entry<PaymentField>) throws -> [Finding] {
        try twins(of: row).filter { isBefore($0, row) }.map(\.key).sorted().prefix(1).map {
            Finding(kind: .suspectRetyped, holds: true, rival: $0)
        }
    }

    /// Holds what was booked before this one arrived and comes after it.
    mutating func displaceRetyped(
        by row: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        for var twin in try twins(of: row) where !isBefore(twin, row) {
            let place = Settlement(rawValue: twin.text(.settlement))
            if twin.text(.posting) == PaymentPosting.posted.rawValue,
                place == .inHand || place == .claimed
            {
                try withdraw(&twin, for: .suspectRetyped, in: &account)
            }
            try raise(
                Finding(kind: .suspectRetyped, holds: true, rival: row.key), about: twin,
                in: &account)
        }
    }

    private func twins(of row: Entry<PaymentField>) throws -> [Entry<PaymentField>] {
        try neighbours(of: row, days: -1...1).filter { isTwin($0, of: row) }
    }

    private func isTwin(_ other: Entry<PaymentField>, of row: Entry<PaymentField>) -> Bool {
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
