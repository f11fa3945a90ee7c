import LynkCore

/// What the phone of a retailer keeps for one wholesaler: its keys, its counter and its own
/// numbered log of what it confirmed.
///
/// A counter is used once. So whoever holds this keeps ``text`` durably before a code is shown:
/// a counter that was kept and never shown is only a gap, one shown twice would be a lie.
package struct RetailerPhone: Hashable, Sendable {
    /// As the office gave them, in lower case.
    package let tenant: String
    package let retailer: String
    package let keyVersion: Int64
    /// Thirty-two bytes for typed codes.
    package let codeKey: [UInt8]
    /// Thirty-two bytes of an Ed25519 key for scanned payments.
    package let signingKey: [UInt8]
    /// The last one that was used.
    package private(set) var counter: Int64
    /// The last counter whose line the office has.
    package private(set) var shownUpTo: Int64
    package private(set) var log: [PhoneLogLine]

    /// Returns `nil` unless the keys have thirty-two bytes each and the version is above zero.
    package init?(
        tenant: String, retailer: String, keyVersion: Int64, codeKey: [UInt8],
        signingKey: [UInt8]
    ) {
        guard keyVersion > 0, codeKey.count == 32, DeviceKey(bytes: signingKey) != nil,
            [tenant, retailer].allSatisfy(Self.isWord)
        else { return nil }
        self.tenant = tenant
        self.retailer = retailer
        self.keyVersion = keyVersion
        self.codeKey = codeKey
        self.signingKey = signingKey
        counter = 0
        shownUpTo = 0
        log = []
    }

    /// Confirms what the retailer typed.
    ///
    /// - Returns: nine digits, to be shown once ``text`` is kept.
    /// - Throws: ``Problem`` `parameter_invalid` for a slip of typing, `confirmation_limit` when
    ///   the office has to see the log first.
    package mutating func confirm(
        amount: Int64, method: String, challenge: String, time: String
    ) throws -> String {
        guard amount > 0, Self.isWord(method), Self.isWord(time) else {
            throw Problem(.parameterInvalid, "an amount above zero and a method are needed")
        }
        try checkLimits(adding: amount)
        let session = PaymentSession(
            tenant: tenant, retailer: retailer, amount: amount, method: method)
        guard
            let code = session.code(
                key: codeKey, counter: UInt64(counter + 1), challenge: challenge)
        else {
            throw Problem(.parameterInvalid, "the challenge \(challenge) was typed wrong")
        }
        append(amount: amount, method: method, challenge: challenge, time: time)
        return code
    }

    /// Confirms a payment that was scanned, after the retailer read it and said yes.
    package mutating func confirm(
        _ statement: PaymentStatement, time: String
    ) throws -> SignedConfirmation {
        guard statement.tenant == tenant, statement.retailer == retailer else {
            throw Problem(.parameterInvalid, "the payment is of another wholesaler or shop")
        }
        guard statement.currency == PaymentLimits.currency, Self.isWord(statement.method),
            Self.isWord(time), let key = DeviceKey(bytes: signingKey)
        else {
            throw Problem(.parameterInvalid, "the payment is not one in rupees")
        }
        try checkLimits(adding: statement.amount)
        guard
            let confirmation = try SignedConfirmation(
                statement, keyVersion: keyVersion, counter: counter + 1, key: key)
        else { throw Problem(.internalFailure, "a signature of another length") }
        append(
            amount: statement.amount, method: statement.method, challenge: statement.challenge,
            time: time, statement: statement)
        return confirmation
    }

    /// Notes that the office has the log up to here, so that further confirmations may be given.
    package mutating func shown() { shownUpTo = counter }

    private mutating func append(
        amount: Int64, method: String, challenge: String, time: String,
        statement: PaymentStatement? = nil
    ) {
        counter += 1
        log.append(
            PhoneLogLine(
                keyVersion: keyVersion, counter: counter, amount: amount, method: method,
                challenge: challenge, time: time, statement: statement))
    }

    private func checkLimits(adding amount: Int64) throws {
        let unshown = log.filter { $0.counter > shownUpTo }
        var sum = amount
        for line in unshown {
            let (total, isOver) = sum.addingReportingOverflow(line.amount)
            sum = isOver ? .max : total
        }
        guard unshown.count < ConfirmationLimits.unsyncedCountMax,
            sum <= ConfirmationLimits.unsyncedAmountMax
        else {
            throw Problem(
                .confirmationLimit, "\(unshown.count) confirmations that the office has not seen")
        }
    }

    fileprivate static func isWord(_ text: String) -> Bool {
        (1...64).contains(text.utf8.count)
            && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F }
    }
}

extension RetailerPhone {
    private static let mark = "lynk-phone 1"

    /// Everything, in lines of words: the file of the phone.
    package var text: String {
        let head = [
            Self.mark, "tenant \(tenant)", "retailer \(retailer)", "version \(keyVersion)",
            "code-key \(hexadecimal(codeKey))", "signing-key \(hexadecimal(signingKey))",
            "counter \(counter)", "shown \(shownUpTo)",
        ]
        return (head + log.map(\.text)).joined(separator: "\n") + "\n"
    }

    /// Reads such a file; `nil` for one that is damaged, whose counter cannot be trusted then.
    package init?(text: String) {
        let lines = text.split(separator: "\n").map(String.init)
        guard lines.count >= 8, lines[0] == Self.mark else { return nil }
        func word(_ index: Int, _ name: String) -> String? {
            lines[index].hasPrefix(name + " ")
                ? String(lines[index].dropFirst(name.count + 1)) : nil
        }
        guard let tenant = word(1, "tenant"), let retailer = word(2, "retailer"),
            let version = word(3, "version").flatMap({ Int64($0) }),
            let codeKey = word(4, "code-key").flatMap({ bytes(hexadecimal: $0) }),
            let signingKey = word(5, "signing-key").flatMap({ bytes(hexadecimal: $0) }),
            let counter = word(6, "counter").flatMap({ Int64($0) }),
            let shown = word(7, "shown").flatMap({ Int64($0) })
        else { return nil }
        self.init(
            tenant: tenant, retailer: retailer, keyVersion: version, codeKey: codeKey,
            signingKey: signingKey)
        log = lines.dropFirst(8).compactMap { PhoneLogLine(text: $0) }
        guard log.count == lines.count - 8, counter >= 0, counter == Int64(log.count),
            (0...counter).contains(shown),
            zip(1..., log).allSatisfy({ $0 == $1.counter && $1.keyVersion == version })
        else { return nil }
        self.counter = counter
        shownUpTo = shown
    }
}

extension PhoneLogLine {
    /// Words with spaces between: `line`, version, counter, paise, method, challenge, time, and
    /// the canonical payment in hexadecimal digits when it was scanned.
    package var text: String {
        var words = [
            "line", "\(keyVersion)", "\(counter)", "\(amount)", method, challenge, time,
        ]
        if let statement { words.append(hexadecimal(statement.canonical)) }
        return words.joined(separator: " ")
    }

    /// Reads such a line; `nil` for anything else.
    package init?(text: String) {
        let words = text.split(separator: " ", omittingEmptySubsequences: false).map(String.init)
        guard words.count == 7 || words.count == 8, words[0] == "line",
            let version = Int64(words[1]), let counter = Int64(words[2]), counter > 0,
            let amount = Int64(words[3]), amount > 0, words[5].utf8.count == 7,
            Damm.isValid(words[5])
        else { return nil }
        var statement: PaymentStatement?
        if words.count == 8 {
            statement = bytes(hexadecimal: words[7]).flatMap { PaymentStatement(canonical: $0) }
            guard statement?.challenge == words[5], statement?.amount == amount else { return nil }
        }
        self.init(
            keyVersion: version, counter: counter, amount: amount, method: words[4],
            challenge: words[5], time: words[6], statement: statement)
    }
}
