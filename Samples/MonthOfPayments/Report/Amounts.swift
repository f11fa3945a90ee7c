import LynkPayments

/// Paise as people in India write rupees, without the symbol: `12,34,567.89`.
func rupees(_ paise: Int64) -> String {
    Rupees.text(paise).filter { $0 != "₹" }
}

/// A whole number with a comma between thousands.
func counted(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}
