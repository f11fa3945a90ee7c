import Foundation
import LynkClient
import LynkCore
import LynkPayments

/// One figure of an answer, as people and as programs read it.
enum Cell: Hashable {
    case text(String)
    case number(Int64)
    /// Paise.
    case money(Int64)
    /// Milliseconds since 1970 UTC.
    case moment(Int64)
    case none

    /// What a person reads; moments in India Standard Time.
    var plain: String {
        switch self {
        case .text(let text): Self.printable(text)
        case .number(let number): String(number)
        case .money(let paise): Rupees.text(paise)
        case .moment(let milliseconds): Self.local(milliseconds, separator: " ", offset: "")
        case .none: "-"
        }
    }

    /// What a program reads: 64-bit integers as strings, moments in RFC 3339.
    var json: JSONValue {
        switch self {
        case .text(let text): .string(text)
        case .number(let number), .money(let number): .string(String(number))
        case .moment(let milliseconds):
            .string(Self.local(milliseconds, separator: "T", offset: "+05:30"))
        case .none: .null
        }
    }

    var isRight: Bool {
        switch self {
        case .number, .money: true
        default: false
        }
    }

    private static func local(
        _ milliseconds: Int64, separator: String, offset: String
    ) -> String {
        let seconds = max(milliseconds, 0) / 1000 + (5 * 60 + 30) * 60
        let time = [seconds / 3600 % 24, seconds / 60 % 60, seconds % 60]
            .map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        return "\(CivilDay(milliseconds: milliseconds))\(separator)\(time)\(offset)"
    }

    /// Names come from other people's machines: control characters must not reach a terminal.
    private static func printable(_ text: String) -> String {
        String(String.UnicodeScalarView(text.unicodeScalars.map { scalar in
            scalar.properties.generalCategory == .control ? " " : scalar
        }))
    }
}
