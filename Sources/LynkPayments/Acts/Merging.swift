import LynkCore

/// Rule 33: a shop that a worker proposes, and that the tenant has already.
extension Books {
    mutating func retailer(_ change: RowChange) throws {
        if change.kind == .insert, role == .worker { try merge(change) }
        if change.value(RetailerField.creditLimit) != nil, change.kind == .update,
            let account = try account(of: change.key)
        {
            // What is left of the limit follows from it.
            put(account)
        }
    }

    private mutating func merge(_ change: RowChange) throws {
        guard var proposal = try find(RetailerField.self, change.key),
            proposal[.aliasOf].isNull, !proposal.text(.phone).isEmpty
        else { return }
        let phone = proposal.text(.phone)
        let others = try current(
            RetailerField.self, RetailerField.byPhone, [.text(phone)],
            where: { $0.key != proposal.key && $0.text(.phone) == phone && $0[.aliasOf].isNull })
        // The first of the log is the shop: birth positions ascend within an era, effective times
        // break the tie between eras, and of one change set the lesser key is it.
        let rank = { (row: Entry<RetailerField>) -> (UInt32, UInt64, RowKey) in
            let birth = row.original?.record.row
            return (birth?.era ?? .max, birth?.number ?? .max, row.key)
        }
        guard let first = others.min(by: { rank($0) < rank($1) }), rank(first) < rank(proposal),
            var account = try account(of: first.key)
        else { return }
        proposal[.aliasOf] = .key(first.key)
        save(proposal)
        try raise(
            .retailerMerged, about: [proposal.key, first.key], payment: nil, detail: phone,
            amount: 0, in: &account)
        put(account)
    }
}
