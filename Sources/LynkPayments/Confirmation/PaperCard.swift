/// Fifty numbered codes on paper, for a retailer without a phone of that kind. They say nothing of
/// the amount, so each confirms only a little.
package enum PaperCard {
    /// Eight digits of RFC 4226 and their check digit.
    ///
    /// - Returns: `nil` for a number that is not on the card.
    package static func code(key: [UInt8], number: Int64) -> String? {
        guard (1...ConfirmationLimits.paperCodesMax).contains(number) else { return nil }
        return Damm.appended(to: OneTimeCode.hotp(key: key, counter: UInt64(number), digits: 8))
    }
}
