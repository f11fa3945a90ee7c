import LynkCore

/// Rules 11 to 16 and 19: what the author could have known when he took the money.
///
/// A revocation that he could not know of yet, within the tenant's hours of grace, changes
/// nothing; one that he knew, or should have heard of, holds the money for a person.
extension Books {
    /// How the author stood to a commit that took a right from him.
    enum Standing {
        case before
        case within
        case breach
    }

    mutating func standing(
        of row: Entry<PaymentField>, to revocation: Stamp
    ) throws -> Standing {
        if submission.writer.knew(revocation), submission.writer.stamp.author != revocation.author {
            return .breach
        }
        let at = row.money(.effectiveAt)
        let since = revocation.effective.milliseconds
        if at <= since { return .before }
        let grace = max(try policy().money(.graceHours), 0).multipliedReportingOverflow(
            by: 3_600_000)
        return grace.overflow || at - since <= grace.partialValue ? .within : .breach
    }

    /// Rules 11 and 12: it was cancelled, or time had ended it.
    func cancelled(_ row: Entry<PaymentField>) -> [Finding] {
        var findings: [Finding] = []
        if row.money(.cancelledPosition) != 0 {
            findings.append(
                wasCancelledMeanwhile(row.key)
                    ? Finding(kind: .cancelledButCollected)
                    : Finding(kind: .completedAfterKnownCancel, holds: true))
        }
        if row.money(.expiredPosition) != 0 { findings.append(Finding(kind: .lateCompletion)) }
        return findings
    }

    /// Rule 13: the shop is another worker's by now. Collecting where one was never assigned is
    /// for the office to see in its lists; only a change of assignment is an anomaly.
    mutating func assignment(
        _ row: Entry<PaymentField>, _ account: RetailerAccount
    ) throws -> [Finding] {
        guard let key = row.reference(.worker), let worker = try find(WorkerField.self, key),
            !Reach(worker).covers(account.retailer)
        else { return [] }
        let shop = account.retailer.original?.record
        let person = worker.original?.record
        let changes =
            [RetailerField.directWorkers, .area].compactMap { field in
                shop?.overrides.first { $0.field == field.rawValue }?.stamp
            }
            + [WorkerField.areas, .zipcodes].compactMap { field in
                person?.overrides.first { $0.field == field.rawValue }?.stamp
            }
        guard let last = changes.max(by: { $0.effective < $1.effective }) else { return [] }
        let isBreach = try standing(of: row, to: last) == .breach
        return [
            Finding(
                kind: .collectedByPreviousWorker, holds: isBreach,
                severity: isBreach ? .security : nil)
        ]
    }

    /// Rules 14 and 15: the shop or the worker is not active any more.
    mutating func activity(
        _ row: Entry<PaymentField>, _ account: RetailerAccount
    ) throws -> [Finding] {
        var findings: [Finding] = []
        if account.retailer[.active] == 0 { findings.append(Finding(kind: .retailerInactive)) }
        guard let key = row.reference(.worker), let worker = try find(WorkerField.self, key),
            worker[.active] == 0, let since = worker.stamp(.active)
        else { return findings }
        switch try standing(of: row, to: since) {
        case .before: break
        case .within: findings.append(Finding(kind: .workerInactive))
        case .breach:
            findings.append(
                Finding(kind: .workerInactive, holds: true, severity: .security))
        }
        return findings
    }

    /// Rule 16: the device was lost or revoked before.
    func deviceRevoked(_ row: Entry<PaymentField>) throws -> [Finding] {
        guard let key = row.reference(.device), let device = try find(DeviceStatusField.self, key),
            DeviceState.ended.contains(device.text(.state))
        else { return [] }
        let since = device[.since].integerValue ?? device.stamp(.state)?.effective.milliseconds
        guard let since, row.money(.effectiveAt) > since else { return [] }
        return [Finding(kind: .deviceRevoked, holds: true)]
    }

    /// Rule 19: the subscription had ended, or the tenant was suspended.
    mutating func lapsed(_ row: Entry<PaymentField>) throws -> [Finding] {
        if try isPastLease(CivilDay(row.text(.effectiveDay))) {
            return [Finding(kind: .tenantLapsed, holds: true, detail: "subscription")]
        }
        guard let profile = try find(TenantProfileField.self, tenantKey),
            profile.text(.status) == "SUSPENDED", let since = profile.stamp(.status),
            try standing(of: row, to: since) == .breach
        else { return [] }
        return [Finding(kind: .tenantLapsed, holds: true, detail: "suspended")]
    }

    func isPastLease(_ day: CivilDay?) throws -> Bool {
        guard let day, let lease = try find(SubscriptionField.self, tenantKey),
            let end = lease[.endDay].textValue.flatMap({ CivilDay($0) })
        else { return false }
        return day > end.adding(days: Int(clamping: lease.money(.graceDays)))
    }

    /// A renewal releases what only the lapse held.
    mutating func renew() throws {
        let held = try current(
            PaymentField.self, PaymentField.byPosting,
            [.text(PaymentPosting.held.rawValue), .text(ExceptionKind.tenantLapsed.rawValue)],
            where: {
                $0.text(.posting) == PaymentPosting.held.rawValue
                    && $0.text(.heldFor) == ExceptionKind.tenantLapsed.rawValue
            })
        for var row in held {
            guard try !isPastLease(CivilDay(row.text(.effectiveDay))),
                let retailer = row.reference(.retailer), var account = try account(of: retailer)
            else { continue }
            try release(&row, in: &account)
            try resolve(
                .tenantLapsed, of: row.key, as: .autoResolved, "renewed", in: &account)
            put(account)
        }
    }
}
