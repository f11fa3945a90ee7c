import LynkCore

/// Rule 34: a dispute moves no money; what the office decides about the payment does.
extension Books {
    mutating func dispute(_ change: RowChange) throws {
        guard let fact = try find(DisputeField.self, change.key),
            let key = fact.reference(.payment), var row = try find(PaymentField.self, key),
            row[.retailer] == fact[.retailer],
            let retailer = row.reference(.retailer), var account = try account(of: retailer)
        else { return }
        if fact.text(.state) == "RESOLVED" {
            let isUpheld = row.text(.posting) != PaymentPosting.reversed.rawValue
            attest(&row, as: isUpheld ? .upheld : .overturned)
            try resolve(
                .disputed, of: key, as: .resolved, fact.text(.resolution), in: &account)
        } else if row.text(.attestation) != AttestationState.disputed.rawValue {
            attest(&row, as: .disputed)
            try raise(
                .disputed, about: [key], payment: key, detail: fact.text(.claim),
                amount: fact.money(.amount), in: &account)
        }
        put(account)
    }

    /// Axis 2.
    mutating func attest(_ row: inout Entry<PaymentField>, as state: AttestationState) {
        log(row, "ATTESTATION", from: row.text(.attestation), to: state.rawValue)
        row[.attestation] = .text(state.rawValue)
        save(row)
    }
}
