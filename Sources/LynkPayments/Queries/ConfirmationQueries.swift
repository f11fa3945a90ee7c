import LynkCore

/// What the office asks of confirmations.
enum ConfirmationQueries {
    static let all = [confirmations, paymentToConfirm, recoverable]

    private static let office = [Role.admin.rawValue]

    /// Every confirmation of a payment and what it came to, in the hub's order.
    static let confirmations = Query(
        "confirmations",
        sql: """
            SELECT payment.receipt_no, payment.amount, payment.attestation, attestation.kind,
              attestation.uploaded_by, attestation.result, attestation.matched_version,
              attestation.matched_counter
            FROM attestation LEFT JOIN payment ON payment.id = attestation.payment
            ORDER BY attestation.position, attestation.id
            """,
        columns: [
            .init("receipt_no", .text), .init("amount", .money), .init("attestation", .text),
            .init("kind", .text), .init("uploaded_by", .text), .init("result", .text),
            .init("key_version", .integer), .init("counter", .integer),
        ],
        roles: office)

    /// What a retailer's phone told of and no worker reported: money to look for.
    static let recoverable = Query(
        "attested_not_reported",
        sql: """
            SELECT retailer, worker, amount, method, counter, challenge, payload FROM attestation
            WHERE record = 'CLAIMED' ORDER BY position, id
            """,
        columns: [
            .init("retailer", .key), .init("worker", .key), .init("amount", .money),
            .init("method", .text), .init("counter", .integer), .init("challenge", .text),
            .init("payload", .text),
        ],
        roles: office)

    /// What a code is for, before it is drawn or tried.
    static let paymentToConfirm = Query(
        "payment_to_confirm",
        sql: """
            SELECT retailer, worker, amount, (SELECT otp_length FROM tenant_policy LIMIT 1)
            FROM payment WHERE id = :payment
            """,
        parameters: [.init("payment", .key)],
        columns: [
            .init("retailer", .key), .init("worker", .key), .init("amount", .money),
            .init("otp_length", .integer),
        ],
        roles: office)
}
