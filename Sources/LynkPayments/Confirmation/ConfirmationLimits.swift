/// Bounds of confirmation codes; the book's page on limits names each.
package enum ConfirmationLimits {
    /// Counters that are tried on either side of the highest that was used.
    package static let window: Int64 = 32
    /// Wrong codes for one payment, in all.
    package static let wrongPerPaymentMax = 3
    /// Wrong codes on one key within ``wrongPerKeyPeriod``; then it is locked.
    package static let wrongPerKeyMax = 10
    /// Wrong codes of one worker in a row, over all payments; then people look at it.
    package static let wrongInRowMax = 6
    /// Milliseconds: a day.
    package static let wrongPerKeyPeriod: Int64 = 24 * hour
    /// Milliseconds after which a counter that never came is evidence.
    package static let gapAge: Int64 = 72 * hour
    /// Milliseconds between a payment and its arrival after which its code says little.
    package static let staleAge: Int64 = 7 * 24 * hour
    /// Confirmations that a retailer's phone gives without showing its log to the hub.
    package static let unsyncedCountMax = 20
    /// The same in paise: two lakh rupees.
    package static let unsyncedAmountMax: Int64 = 20_000_000
    /// Codes on one paper card.
    package static let paperCodesMax: Int64 = 50
    /// What one code of a paper card may confirm, in paise.
    package static let paperAmountMax: Int64 = 200_000
    /// Characters of a text in a QR code.
    package static let scanTextMax = 1_200

    static let hour: Int64 = 3_600_000
}
