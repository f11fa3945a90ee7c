import LynkCore

/// One number of a retailer's phone, used once.
struct PhoneCounter: Hashable {
    let retailer: RowKey
    let version: Int64
    let counter: Int64

    init(retailer: RowKey, version: Int64, counter: Int64) {
        self.retailer = retailer
        self.version = version
        self.counter = counter
    }

    /// The number that a code used or a line of a log has; none for paper and taps.
    init?(_ fact: Entry<AttestationField>) {
        let result = AttestationResult(rawValue: fact.text(.result))
        guard let retailer = fact.reference(.retailer), let result,
            fact.text(.kind) != AttestationKind.paper.rawValue
        else { return nil }
        self.retailer = retailer
        if result.isLine {
            version = fact.money(.keyVersion)
            counter = fact.money(.counter)
        } else if result.usesCounter, let matched = fact[.matchedCounter].integerValue {
            version = fact.money(.matchedVersion)
            counter = matched
        } else {
            return nil
        }
    }

    /// For the key of an exception about a number that has no row.
    var name: String { "\(KeyText.of(retailer)) \(version) \(counter)" }
}

/// Rules 28 to 30 and 32: what the retailer's own numbers say of what was reported.
extension Books {
    /// Takes a line of a phone's log beside what workers reported.
    mutating func phoneLine(_ fact: Entry<AttestationField>) throws {
        var line = fact
        guard let retailer = line.reference(.retailer), var account = try account(of: retailer)
        else {
            line[.result] = .text(AttestationResult.witness.rawValue)
            return save(line)
        }
        defer { put(account) }
        line[.result] = .text(AttestationResult.witness.rawValue)
        guard let counter = PhoneCounter(line), let all = try attestations(at: retailer) else {
            return save(line)
        }
        if all.contains(where: {
            $0.key != line.key && $0.text(.uploadedBy) != AttestationSource.worker.rawValue
                && PhoneCounter($0) == counter
        }) {
            line[.result] = .text(AttestationResult.repeated.rawValue)
            return save(line)
        }
        let wasMissed = try endCounter(.attestationGap, counter, "in the log", in: &account)
        line[.record] = .text(AttestationRecord.unreported.rawValue)
        save(line)
        if let used = all.first(where: {
            !isLine($0) && PhoneCounter($0) == counter
        }), let key = used.reference(.payment), let row = try find(PaymentField.self, key) {
            try compare(line, with: row, in: &account)
        } else if let key = line.reference(.payment),
            let row = try find(PaymentField.self, key), !row.text(.posting).isEmpty
        {
            try compare(line, with: row, in: &account)
        } else if let row = try differing(from: line, among: all) {
            try compare(line, with: row, in: &account)
        } else if try wasMissed || hasLostDevice(line) {
            try claim(line, in: &account)
        }
        if let key = line.reference(.payment), var row = try find(PaymentField.self, key),
            !row.text(.posting).isEmpty, row[.retailer] == line[.retailer]
        {
            try setAttestation(&row)
            try confirmed(&row, in: &account)
        }
    }

    /// A payment whose wrong code is the very one that this line made, for another amount.
    private func differing(
        from line: Entry<AttestationField>, among all: [Entry<AttestationField>]
    ) throws -> Entry<PaymentField>? {
        guard let code = code(of: line) else { return nil }
        for other in all
        where other.text(.result) == AttestationResult.failed.rawValue
            && OneTimeCode.isEqual(other.text(.code), code)
        {
            return try other.reference(.payment).flatMap { try find(PaymentField.self, $0) }
        }
        return nil
    }

    private func code(of line: Entry<AttestationField>) -> String? {
        guard let secret, let retailer = line.reference(.retailer), line.money(.counter) > 0 else {
            return nil
        }
        let key = secret.codeKey(
            tenant: KeyText.of(tenantKey), retailer: KeyText.of(retailer),
            version: line.money(.keyVersion))
        return PaymentSession(
            tenant: KeyText.of(tenantKey), retailer: KeyText.of(retailer),
            amount: line.money(.amount), method: line.text(.method)
        ).code(
            key: key, counter: UInt64(line.money(.counter)), challenge: line.text(.challenge))
    }

    /// Rule 30: both witnesses tell of one confirmation. What was reported stays booked.
    private mutating func compare(
        _ line: Entry<AttestationField>, with row: Entry<PaymentField>,
        in account: inout RetailerAccount
    ) throws {
        var line = line
        line[.record] = .text(AttestationRecord.reported.rawValue)
        let agrees = line[.amount] == row[.amount] && line[.retailer] == row[.retailer]
        if !agrees {
            line[.result] = .text(AttestationResult.differs.rawValue)
        } else if line.text(.uploadedBy) == AttestationSource.retailer.rawValue,
            line.reference(.payment) == row.key
        {
            line[.result] = .text(AttestationResult.agrees.rawValue)
        }
        save(line)
        if let counter = PhoneCounter(line) {
            try markGap(below: counter, on: &line)
            save(line)
            for kind in [ExceptionKind.attestedNotReported, .lostDeviceRecovery] {
                _ = try endCounter(kind, counter, "reported", in: &account)
            }
        }
        if !agrees {
            try raise(
                .amountMismatch, about: [row.key], payment: row.key,
                detail: "attested \(line.money(.amount)) reported \(row.money(.amount))",
                amount: line.money(.amount), in: &account)
        }
    }

    /// A payment that is booked just now: the lines that were scanned from it.
    mutating func compareLines(
        with row: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        for line in try attestations(of: row.key)
        where isLine(line) && line.text(.result) == AttestationResult.witness.rawValue {
            try compare(line, with: row, in: &account)
        }
    }

    /// A wrong code of this payment may be what an unreported line made for another amount.
    mutating func matchDiffering(
        _ row: Entry<PaymentField>, in account: inout RetailerAccount
    ) throws {
        let failed = try attestations(of: row.key).filter {
            $0.text(.result) == AttestationResult.failed.rawValue && !$0.text(.code).isEmpty
        }
        guard !failed.isEmpty, let retailer = row.reference(.retailer),
            let all = try attestations(at: retailer)
        else { return }
        for line in all where line.text(.result) == AttestationResult.witness.rawValue {
            let record = AttestationRecord(rawValue: line.text(.record))
            guard record == .unreported || record == .claimed, let code = code(of: line),
                failed.contains(where: { OneTimeCode.isEqual($0.text(.code), code) })
            else { continue }
            try compare(line, with: row, in: &account)
        }
    }

    /// A worker reported this number: no gap, and nothing that was not reported.
    mutating func counted(
        _ fact: Entry<AttestationField>, in account: inout RetailerAccount
    ) throws {
        guard let counter = PhoneCounter(fact) else { return }
        _ = try endCounter(.attestationGap, counter, "reported", in: &account)
        var fact = fact
        if fact.text(.record).isEmpty {
            try markGap(below: counter, on: &fact)
            if fact.text(.record).isEmpty {
                fact[.record] = .text(AttestationRecord.reported.rawValue)
            }
            save(fact)
        }
        guard let all = try attestations(at: counter.retailer),
            let key = fact.reference(.payment), let row = try find(PaymentField.self, key)
        else { return }
        for line in all
        where line.text(.result) == AttestationResult.witness.rawValue
            && PhoneCounter(line) == counter
        {
            try compare(line, with: row, in: &account)
        }
    }

    // MARK: gaps

    /// Notes on a number that the one below it has not come, so that a tick looks for it.
    private func markGap(
        below counter: PhoneCounter, on fact: inout Entry<AttestationField>
    ) throws {
        if try !missing(below: counter).isEmpty {
            fact[.record] = .text(AttestationRecord.gap.rawValue)
        }
    }

    /// Numbers right below this one that nobody told of, falling.
    private func missing(below counter: PhoneCounter) throws -> [Int64] {
        guard let all = try attestations(at: counter.retailer) else { return [] }
        let seen = Set(all.compactMap { PhoneCounter($0) })
        let floor =
            try retailerKeys(of: counter.retailer)
            .first { $0.money(.version) == counter.version }?.money(.floor) ?? 0
        var found: [Int64] = []
        var next = counter.counter - 1
        // Codes that verify are never further apart than the window.
        while next > max(floor, 0), found.count < 2 * Int(ConfirmationLimits.window),
            !seen.contains(
                PhoneCounter(
                    retailer: counter.retailer, version: counter.version, counter: next))
        {
            found.append(next)
            next -= 1
        }
        return found
    }

    /// Rule 28: a number that was passed over and did not come in three days.
    mutating func seekGaps() throws {
        for var fact in try due(
            AttestationField.self, AttestationField.byRecord,
            .text(AttestationRecord.gap.rawValue))
        {
            guard isOverdue(fact), let counter = PhoneCounter(fact),
                var account = try account(of: counter.retailer)
            else { continue }
            try raiseGaps(below: counter, in: &account)
            put(account)
            fact[.record] = .text(AttestationRecord.reported.rawValue)
            save(fact)
        }
    }

    private mutating func raiseGaps(
        below counter: PhoneCounter, in account: inout RetailerAccount
    ) throws {
        for number in try missing(below: counter) {
            let missed = PhoneCounter(
                retailer: counter.retailer, version: counter.version, counter: number)
            let isLost =
                try retailerKeys(of: counter.retailer)
                .contains { $0.money(.version) == missed.version && $0.text(.state) == "REVOKED" }
            try raise(
                .attestationGap, missed, detail: "number \(number)" + (isLost ? " phone lost" : ""),
                severity: isLost ? .info : nil, in: &account)
        }
    }

    /// Rule 29: the phone has it, and no worker reported it in three days.
    mutating func seekUnreported() throws {
        for line in try due(
            AttestationField.self, AttestationField.byRecord,
            .text(AttestationRecord.unreported.rawValue))
        {
            guard isOverdue(line), let counter = PhoneCounter(line),
                var account = try account(of: counter.retailer)
            else { continue }
            try raiseGaps(below: counter, in: &account)
            try claim(line, in: &account)
            put(account)
        }
    }

    private func isOverdue(_ fact: Entry<AttestationField>) -> Bool {
        submission.received.milliseconds - fact.money(.receivedAt) >= ConfirmationLimits.gapAge
    }

    // MARK: recovery

    /// Makes a line a record of money that somebody has and nobody reported; it is not booked.
    private mutating func claim(
        _ line: Entry<AttestationField>, in account: inout RetailerAccount
    ) throws {
        guard let counter = PhoneCounter(line) else { return }
        var line = line
        line[.record] = .text(AttestationRecord.claimed.rawValue)
        save(line)
        try raise(
            try hasLostDevice(line) ? .lostDeviceRecovery : .attestedNotReported, counter,
            detail: "number \(counter.counter) \(line.text(.method))",
            payment: line.reference(.payment), worker: line[.worker],
            amount: line.money(.amount), in: &account)
    }

    /// Rule 32: whether the worker of a scanned payment lost a device.
    private func hasLostDevice(_ line: Entry<AttestationField>) throws -> Bool {
        guard let worker = line.reference(.worker) else { return false }
        return try current(
            DeviceStatusField.self, DeviceStatusField.byUser, [.key(worker)],
            where: {
                $0.reference(.user) == worker && DeviceState.ended.contains($0.text(.state))
            }
        ).isEmpty == false
    }

    /// A device was lost: what payers have of its worker and he has not reported is recovered.
    mutating func deviceStatus(_ change: RowChange) throws {
        guard let device = try find(DeviceStatusField.self, change.key),
            DeviceState.ended.contains(device.text(.state)),
            let worker = device.reference(.user)
        else { return }
        for line in try due(
            AttestationField.self, AttestationField.byRecord,
            .text(AttestationRecord.unreported.rawValue))
        where line.reference(.worker) == worker {
            guard let retailer = line.reference(.retailer),
                var account = try account(of: retailer)
            else { continue }
            try claim(line, in: &account)
            put(account)
        }
    }

    // MARK: keys

    /// When a phone was lost, as far as it concerns this payment. What its own author knew counts
    /// first; somebody else's knowledge says nothing of it.
    func revocation(
        of key: Entry<RetailerKeyField>, for row: Entry<PaymentField>
    ) -> PhoneKey.Revocation? {
        guard key.text(.state) == "REVOKED", let stamp = key.stamp(.state) else { return nil }
        let isAuthor = !submission.writer.isHub && row.reference(.worker) == actor
        return PhoneKey.Revocation(
            at: key[.revokedAt].integerValue ?? stamp.effective.milliseconds,
            wasKnown: isAuthor && submission.writer.knew(stamp)
                && stamp.author != submission.writer.stamp.author)
    }

    /// A key that is new, or revoked, judges again what was waiting for it or stands on it.
    mutating func retailerKey(_ change: RowChange) throws {
        guard let key = try find(RetailerKeyField.self, change.key),
            let retailer = key.reference(.retailer),
            let facts = try attestations(at: retailer), var account = try account(of: retailer)
        else { return }
        defer { put(account) }
        let version = key.money(.version)
        for var fact in facts {
            guard let payment = fact.reference(.payment),
                var row = try find(PaymentField.self, payment), row[.retailer] == fact[.retailer]
            else { continue }
            let result = AttestationResult(rawValue: fact.text(.result))
            if result == .noKey {
                try judge(fact, of: row)
            } else if result == .verified, fact[.matchedVersion] == .integer(version),
                let revocation = revocation(of: key, for: row),
                revocation.at <= row.money(.effectiveAt)
            {
                fact[.result] = .text(AttestationResult.keyRevoked.rawValue)
                save(fact)
            } else {
                continue
            }
            try setAttestation(&row)
            try react(to: &row, in: &account)
            try confirmed(&row, in: &account)
        }
    }

    // MARK: exceptions about numbers

    private mutating func raise(
        _ kind: ExceptionKind, _ counter: PhoneCounter, detail: String, payment: RowKey? = nil,
        worker: Value = .null, amount: Int64 = 0, severity: ExceptionSeverity? = nil,
        in account: inout RetailerAccount
    ) throws {
        let key = kind.key(of: counter.name)
        if try find(ExceptionField.self, key) != nil { return }
        // The payment is among the subjects and not in its own column: there is no such row yet.
        save(
            Entry(
                birth: key,
                [
                    ExceptionField.kind: .text(kind.rawValue),
                    .severity: .text((severity ?? kind.severity).rawValue),
                    .state: .text(ExceptionState.open.rawValue),
                    .subjects: .text(KeyText.list([payment ?? counter.retailer])),
                    .retailer: .key(account.key), .detail: .text(detail),
                    .amount: .integer(amount), .worker: worker,
                    .openedPosition: .integer(submission.position),
                    .openedAt: .integer(submission.received.milliseconds),
                ]))
        try account.retailer.add(1, to: .openExceptions)
    }

    /// Ends an exception about a number.
    ///
    /// - Returns: whether there was one that was open.
    private mutating func endCounter(
        _ kind: ExceptionKind, _ counter: PhoneCounter, _ resolution: String,
        in account: inout RetailerAccount
    ) throws -> Bool {
        guard let note = try find(ExceptionField.self, kind.key(of: counter.name)),
            note.text(.state) == ExceptionState.open.rawValue
        else { return false }
        try end(note, as: .autoResolved, resolution, by: nil, in: &account)
        return true
    }
}
