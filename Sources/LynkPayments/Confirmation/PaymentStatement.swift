import Crypto

/// What a retailer confirms: one payment in words that two phones and the hub build alike.
package struct PaymentStatement: Hashable, Sendable {
    /// Keys in lower case with hyphens.
    package let payment: String
    package let tenant: String
    package let retailer: String
    package let worker: String
    /// In paise.
    package let amount: Int64
    package let currency: String
    package let method: String
    /// When it was claimed: `yyyy-mm-ddThh:mm:ssZ`.
    package let time: String

    /// Between fields; no field may hold it.
    static let separator: UInt8 = 0x1F
    /// Of the canonical form, in bytes.
    package static let bytesMax = 512

    /// Returns `nil` when a field is empty or holds the separator, when the amount is not more
    /// than zero, or when the whole is longer than ``bytesMax``.
    package init?(
        payment: String, tenant: String, retailer: String, worker: String, amount: Int64,
        currency: String = "INR", method: String, time: String
    ) {
        self.payment = payment
        self.tenant = tenant
        self.retailer = retailer
        self.worker = worker
        self.amount = amount
        self.currency = currency
        self.method = method
        self.time = time
        let fields = [payment, tenant, retailer, worker, currency, method, time]
        guard amount > 0, canonical.count <= Self.bytesMax,
            fields.allSatisfy({ !$0.isEmpty && !$0.utf8.contains(Self.separator) })
        else { return nil }
    }

    /// Reads the canonical form; `nil` for anything else.
    package init?(canonical bytes: [UInt8]) {
        let parts = bytes.split(separator: Self.separator, omittingEmptySubsequences: false)
            .map { String(validating: $0, as: UTF8.self) }
        guard bytes.count <= Self.bytesMax, parts.count == 8 else { return nil }
        let fields = parts.compactMap { $0 }
        guard fields.count == 8, let amount = Int64(fields[4]), String(amount) == fields[4] else {
            return nil
        }
        self.init(
            payment: fields[0], tenant: fields[1], retailer: fields[2], worker: fields[3],
            amount: amount, currency: fields[5], method: fields[6], time: fields[7])
    }

    /// The eight fields in this order, with the separator between them.
    package var canonical: [UInt8] {
        Self.join([payment, tenant, retailer, worker, String(amount), currency, method, time])
    }

    /// Six digits that follow from every field, and their check digit.
    package var challenge: String {
        let hash = Array(SHA256.hash(data: Array("tl-pay-chal-1".utf8) + [0] + canonical))
        let head = hash[0..<8].reduce(UInt64(0)) { $0 << 8 | UInt64($1) }
        return Damm.appended(to: OneTimeCode.padded(head % 1_000_000, 6))
    }

    /// What the payer sees and types himself.
    package var session: PaymentSession {
        PaymentSession(
            tenant: tenant, retailer: retailer, amount: amount, currency: currency,
            method: method)
    }

    static func join(_ fields: [String]) -> [UInt8] {
        Array(fields.map { Array($0.utf8) }.joined(separator: [separator]))
    }
}

/// The part of a payment that the payer states himself: to whom he owes, how much, and how.
package struct PaymentSession: Hashable, Sendable {
    package let tenant: String
    package let retailer: String
    package let amount: Int64
    package let currency: String
    package let method: String

    package init(
        tenant: String, retailer: String, amount: Int64, currency: String = "INR", method: String
    ) {
        self.tenant = tenant
        self.retailer = retailer
        self.amount = amount
        self.currency = currency
        self.method = method
    }

    /// Sixty-four bytes: zeros, then the hash of the labelled fields.
    var bytes: [UInt8] {
        let fields = PaymentStatement.join([
            "tl-pay-sess-1", tenant, retailer, String(amount), currency, method,
        ])
        return Array(repeating: 0, count: 32) + Array(SHA256.hash(data: fields))
    }

    /// The nine digits that the payer's phone shows.
    ///
    /// - Parameter challenge: seven digits, the last of them their check digit.
    /// - Returns: `nil` when the challenge was typed wrong.
    package func code(key: [UInt8], counter: UInt64, challenge: String) -> String? {
        guard challenge.utf8.count == 7, Damm.isValid(challenge) else { return nil }
        var input = OCRASuite.Input(challenge: challenge)
        input.counter = counter
        input.session = bytes
        return OCRASuite.payment.code(key: key, input).map { Damm.appended(to: $0) }
    }
}
