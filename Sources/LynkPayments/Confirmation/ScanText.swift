package import LynkCore

/// Texts for QR codes: upper-case letters, digits and a colon, which take the least room there.
package enum ScanText {
    private static let paymentMark = "LYNKPAY1:"
    private static let signatureMark = "LYNKSIG1:"

    /// What a worker's phone shows: the whole payment.
    package static func show(_ statement: PaymentStatement) -> String {
        paymentMark + hexadecimal(statement.canonical).uppercased()
    }

    /// - Returns: `nil` for a text that is too long or is no payment.
    package static func payment(_ text: String) -> PaymentStatement? {
        guard text.utf8.count <= ConfirmationLimits.scanTextMax, text.hasPrefix(paymentMark),
            let raw = bytes(hexadecimal: text.dropFirst(paymentMark.utf8.count))
        else { return nil }
        return PaymentStatement(canonical: raw)
    }

    /// What a retailer's phone shows after "yes".
    package static func show(_ confirmation: SignedConfirmation) -> String {
        signatureMark + "\(confirmation.keyVersion):\(confirmation.counter):"
            + hexadecimal(confirmation.signature).uppercased()
    }

    /// - Returns: `nil` for a text that is too long or is no confirmation.
    package static func confirmation(_ text: String) -> SignedConfirmation? {
        guard text.utf8.count <= ConfirmationLimits.scanTextMax, text.hasPrefix(signatureMark)
        else { return nil }
        let parts = text.dropFirst(signatureMark.utf8.count)
            .split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, let version = Int64(parts[0]), String(version) == parts[0],
            let counter = Int64(parts[1]), String(counter) == parts[1],
            let signature = bytes(hexadecimal: parts[2])
        else { return nil }
        return SignedConfirmation(keyVersion: version, counter: counter, signature: signature)
    }
}

/// A retailer's own signature over a payment: it holds against the platform too.
package struct SignedConfirmation: Hashable, Sendable {
    package let keyVersion: Int64
    package let counter: Int64
    /// Sixty-four bytes, Ed25519.
    package let signature: [UInt8]

    /// Returns `nil` unless numbers are above zero and there are sixty-four bytes.
    package init?(keyVersion: Int64, counter: Int64, signature: [UInt8]) {
        guard keyVersion > 0, counter > 0, signature.count == 64 else { return nil }
        self.keyVersion = keyVersion
        self.counter = counter
        self.signature = signature
    }

    /// Signs as the retailer's phone does.
    package init?(
        _ statement: PaymentStatement, keyVersion: Int64, counter: Int64, key: DeviceKey
    ) throws {
        let message = Self.message(statement, keyVersion, counter)
        self.init(
            keyVersion: keyVersion, counter: counter,
            signature: try key.sign(message, as: .payment))
    }

    /// Whether this key's holder confirmed this very payment; a worker's device can tell offline.
    package func confirms(_ statement: PaymentStatement, by key: DevicePublicKey) -> Bool {
        key.verifies(
            signature, of: Self.message(statement, keyVersion, counter), as: .payment)
    }

    private static func message(
        _ statement: PaymentStatement, _ keyVersion: Int64, _ counter: Int64
    ) -> [UInt8] {
        statement.canonical + [PaymentStatement.separator]
            + PaymentStatement.join([String(keyVersion), String(counter)])
    }
}
