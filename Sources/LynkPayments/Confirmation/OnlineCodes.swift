import LynkCore

/// What a retailer's own device asks the hub for while it is online: a code to read out.
enum OnlineCodes {
    /// - Parameter drawn: numbers from the system's random source, made by the caller.
    /// - Returns: the code, which nobody keeps, and the fact with its HMAC.
    static func issue(
        _ request: CodeRequest, secret: ConfirmationSecret, drawn: UInt64
    ) throws -> IssuedCode {
        guard let row = request.rows.first, row.count == 4, let retailer = row[0].keyValue,
            let amount = row[2].integerValue,
            RowKey(high: request.principal.user.high, low: request.principal.user.low) == retailer
        else { throw Problem(.notFound, "no payment of this retailer") }
        let digits = OnlineCodePolicy.digits(row[3].integerValue)
        var range: UInt64 = 1
        for _ in 0..<digits { range *= 10 }
        let code = OneTimeCode.padded(drawn % range, digits)
        let tenant = RowKey(
            high: request.principal.tenant.high, low: request.principal.tenant.low)
        let digest = OnlineChallenge.Subject(
            payment: KeyText.of(request.subject), amount: amount
        ).digest(of: code, key: secret.onlineKey(tenant: KeyText.of(tenant)))
        return IssuedCode(
            code: code,
            changes: [
                .birth(
                    .derived("issued_code", [request.subject.bytes, digest]),
                    [
                        AttestationField.payment: .key(request.subject),
                        .retailer: .key(retailer), .amount: .integer(amount),
                        .kind: .text(AttestationKind.onlineCode.rawValue),
                        .signature: .blob(digest),
                        .uploadedBy: .text(AttestationSource.hub.rawValue),
                        .device: .key(
                            RowKey(
                                high: request.principal.device.high,
                                low: request.principal.device.low)),
                    ])
            ])
    }
}
