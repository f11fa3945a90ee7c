/// Paise as people in India write rupees: `12,34,567.89`.
func rupees(_ paise: Int64) -> String {
    let magnitude = paise.magnitude
    let fraction = magnitude % 100
    var digits = String(magnitude / 100)
    var groups: [String] = []
    var width = 3
    while digits.count > width {
        groups.insert(String(digits.suffix(width)), at: 0)
        digits.removeLast(width)
        width = 2
    }
    groups.insert(digits, at: 0)
    let sign = paise < 0 ? "-" : ""
    return sign + groups.joined(separator: ",") + (fraction < 10 ? ".0" : ".") + "\(fraction)"
}

/// A whole number with a comma between thousands.
func grouped(_ number: Int) -> String {
    var digits = String(number.magnitude)
    var groups: [String] = []
    while digits.count > 3 {
        groups.insert(String(digits.suffix(3)), at: 0)
        digits.removeLast(3)
    }
    return (number < 0 ? "-" : "") + ([digits] + groups).joined(separator: ",")
}
