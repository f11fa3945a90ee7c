/// Amounts as a receipt spells them: Indian English, in lakh and crore.
enum AmountInWords {
    private static let small = [
        "Zero", "One", "Two", "Three", "Four", "Five", "Six", "Seven", "Eight", "Nine", "Ten",
        "Eleven", "Twelve", "Thirteen", "Fourteen", "Fifteen", "Sixteen", "Seventeen", "Eighteen",
        "Nineteen",
    ]
    private static let tens = [
        "", "", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety",
    ]

    /// `Rupees Twelve Thousand Fifty and Paise Five Only`.
    static func text(_ paise: Int64) -> String {
        let magnitude = paise.magnitude
        let fraction = Int(magnitude % 100)
        return (paise < 0 ? "Minus " : "") + "Rupees " + words(magnitude / 100)
            + (fraction == 0 ? "" : " and Paise " + words(UInt64(fraction))) + " Only"
    }

    private static func words(_ number: UInt64) -> String {
        if number < 20 { return small[Int(number)] }
        if number < 100 {
            let unit = Int(number % 10)
            return tens[Int(number / 10)] + (unit == 0 ? "" : " " + small[unit])
        }
        let (unit, name): (UInt64, String) =
            switch number {
            case ..<1_000: (100, "Hundred")
            case ..<100_000: (1_000, "Thousand")
            case ..<10_000_000: (100_000, "Lakh")
            default: (10_000_000, "Crore")
            }
        let rest = number % unit
        return words(number / unit) + " " + name + (rest == 0 ? "" : " " + words(rest))
    }
}
