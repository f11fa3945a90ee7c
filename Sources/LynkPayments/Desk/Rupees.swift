/// Rupees in text, from and to paise; no floating point anywhere.
public enum Rupees {
    /// `₹1,23,456.78`; a minus sign stands before the symbol.
    public static func text(_ paise: Int64) -> String {
        let magnitude = paise.magnitude
        let fraction = magnitude % 100
        return (paise < 0 ? "-₹" : "₹") + grouped(String(magnitude / 100)) + "."
            + (fraction < 10 ? "0" : "") + String(fraction)
    }

    /// `-123456.78`, for files: no symbol and no groups.
    static func plain(_ paise: Int64) -> String {
        let magnitude = paise.magnitude
        let fraction = magnitude % 100
        return (paise < 0 ? "-" : "") + String(magnitude / 100) + (fraction < 10 ? ".0" : ".")
            + String(fraction)
    }

    /// Paise of what a person typed: `1234`, `1,23,456.5` or `₹1,23,456.78`.
    ///
    /// - Returns: `nil` for a sign, a float's exponent, more than two decimals, commas that do not
    ///   group as in India, or more than the largest amount.
    public static func paise(_ text: String) -> Int64? {
        var text = Substring(text)
        if text.hasPrefix("₹") { text = text.dropFirst() }
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count <= 2, let rupees = whole(parts[0]) else { return nil }
        var hundredths: Int64 = 0
        if parts.count == 2 {
            let digits = Array(parts[1].utf8)
            guard (1...2).contains(digits.count), let number = CivilDay.number(digits) else {
                return nil
            }
            hundredths = Int64(digits.count == 1 ? number * 10 : number)
        }
        let (scaled, isTooLarge) = rupees.multipliedReportingOverflow(by: 100)
        guard !isTooLarge, scaled <= PaymentLimits.amountMax - hundredths else { return nil }
        return scaled + hundredths
    }

    private static func whole(_ text: Substring) -> Int64? {
        let digits = text.utf8.filter { $0 != UInt8(ascii: ",") }
        guard !digits.isEmpty, digits.count <= 15, let number = CivilDay.number(digits) else {
            return nil
        }
        let plain = String(decoding: digits, as: UTF8.self)
        guard text == plain || text == grouped(plain) else { return nil }
        return Int64(number)
    }

    /// The last three digits, then pairs: 1,23,45,678.
    private static func grouped(_ digits: String) -> String {
        guard digits.utf8.count > 3 else { return digits }
        var groups = [String(digits.suffix(3))]
        var rest = digits.dropLast(3)
        while !rest.isEmpty {
            groups.append(String(rest.suffix(2)))
            rest = rest.dropLast(2)
        }
        return groups.reversed().joined(separator: ",")
    }
}
