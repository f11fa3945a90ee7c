/// A calendar date in the tenant's zone.
///
/// The zone is India Standard Time: +05:30 all year, no daylight saving since 1945.
public struct CivilDay: Hashable, Comparable, Sendable {
    public let year: Int
    public let month: Int
    public let day: Int

    static let zoneMilliseconds: Int64 = (5 * 60 + 30) * 60_000
    private static let dayMilliseconds: Int64 = 86_400_000

    /// Returns `nil` unless it is a day of the Gregorian calendar from year 1 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month),
            (1...Self.days(in: month, of: year)).contains(day)
        else { return nil }
        self.init(unchecked: (year, month, day))
    }

    /// Parses `yyyy-mm-dd` and nothing looser.
    public init?(_ text: some StringProtocol) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"),
            let year = Self.number(bytes[0..<4]), let month = Self.number(bytes[5..<7]),
            let day = Self.number(bytes[8..<10])
        else { return nil }
        self.init(year: year, month: month, day: day)
    }

    /// The day on which this moment since 1970 UTC falls in the tenant's zone.
    public init(milliseconds: Int64) {
        // Hybrid timestamps have 48 bits, so the bounds are out of their reach.
        let bounded = min(max(milliseconds, 0), 0xFFFF_FFFF_FFFF)
        self.init(
            daysSince1970: Int((bounded + Self.zoneMilliseconds) / Self.dayMilliseconds))
    }

    /// The day so many days after 1970-01-01, as UTC counts them.
    init(universalDay days: Int) { self.init(daysSince1970: days) }

    private init(unchecked parts: (Int, Int, Int)) { (year, month, day) = parts }

    /// Source: Howard Hinnant, "chrono-Compatible Low-Level Date Algorithms", civil_from_days.
    private init(daysSince1970 days: Int) {
        let shifted = days + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1_460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let shiftedMonth = (5 * dayOfYear + 2) / 153
        let month = shiftedMonth < 10 ? shiftedMonth + 3 : shiftedMonth - 9
        let year = yearOfEra + era * 400 + (month <= 2 ? 1 : 0)
        self.init(unchecked: (year, month, dayOfYear - (153 * shiftedMonth + 2) / 5 + 1))
    }

    /// Whole days since 1970-01-01. Source: the same page, days_from_civil.
    public var daysSince1970: Int {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = shiftedYear / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return era * 146_097 + dayOfEra - 719_468
    }

    /// `yyyy-mm`, as month scopes are named.
    public var monthName: String { "\(Self.padded(year, 4))-\(Self.padded(month, 2))" }

    /// The first day of the month so many months earlier.
    func firstOfMonth(back months: Int) -> CivilDay {
        let index = max(year * 12 + month - 1 - months, 12)
        return CivilDay(unchecked: (index / 12, index % 12 + 1, 1))
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    private static func days(in month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }

    static func number(_ digits: some Sequence<UInt8>) -> Int? {
        var value = 0
        for digit in digits {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(digit) else { return nil }
            value = value * 10 + Int(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func padded(_ number: Int, _ width: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(width - digits.count, 0)) + digits
    }
}

extension CivilDay: CustomStringConvertible {
    /// `yyyy-mm-dd`: in text order, days are in their own order.
    public var description: String { "\(monthName)-\(day < 10 ? "0" : "")\(day)" }
}
