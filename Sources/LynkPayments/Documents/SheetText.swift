/// Lines of text under titles, as wide as they need: for paper and terminals.
enum SheetText {
    /// - Parameter right: columns of figures, which end in line.
    static func table(_ titles: [String], _ rows: [[String]], right: Set<Int>) -> [String] {
        let clean = rows.map { $0.map(printable) }
        let widths = titles.indices.map { column in
            clean.reduce(titles[column].count) { max($0, $1[column].count) }
        }
        func line(_ cells: [String]) -> String {
            var text = ""
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                if column > 0 { text += "  " }
                text += right.contains(column) ? padding + cell : cell + padding
            }
            while text.last == " " { text.removeLast() }
            return text
        }
        let rule = widths.map { String(repeating: "-", count: $0) }
        return [line(titles), line(rule)] + clean.map(line)
    }

    /// Names below each other with their values.
    static func figures(_ pairs: [(String, String)]) -> [String] {
        let width = pairs.map(\.0.count).max() ?? 0
        return pairs.map { name, value in
            name + String(repeating: " ", count: width - name.count + 2) + printable(value)
        }
    }

    /// Names come from other people's machines: control characters must not reach a terminal.
    static func printable(_ text: String) -> String {
        String(
            String.UnicodeScalarView(
                text.unicodeScalars.map { scalar in
                    [.control, .format, .lineSeparator, .paragraphSeparator].contains(
                        scalar.properties.generalCategory) ? " " : scalar
                }))
    }

    /// `2026-11-02 09:00`, in the tenant's zone.
    static func moment(_ milliseconds: Int64) -> String {
        let bounded = min(max(milliseconds, 0), 0xFFFF_FFFF_FFFF)
        let minutes = (bounded + CivilDay.zoneMilliseconds) / 60_000
        let parts = [minutes / 60 % 24, minutes % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }
        return "\(CivilDay(milliseconds: bounded)) \(parts[0]):\(parts[1])"
    }
}

/// Fields for spreadsheets (RFC 4180).
enum CSVText {
    /// A line with its end.
    static func line(_ fields: [String]) -> String { fields.joined(separator: ",") + "\r\n" }

    /// What people typed. A text that a spreadsheet would run as a formula, or whose digits it
    /// would round, has an apostrophe before it, which says "text" to whoever reads it.
    ///
    /// - SeeAlso: https://owasp.org/www-community/attacks/CSV_Injection
    static func text(_ text: String) -> String {
        let starts: Set<Character> = [
            "=", "+", "-", "@", "\t", "\r", "\r\n", "\n", "＝", "＋", "－",
            "＠",
        ]
        guard let first = text.first else { return "" }
        return quoted(starts.contains(first) || isNumeral(text) ? "'" + text : text)
    }

    /// Rupees without groups: `-1234.50`.
    static func money(_ paise: Int64) -> String { Rupees.plain(paise) }

    /// Numbers of transfers and cheques begin with zeros or have more digits than a spreadsheet
    /// keeps.
    private static func isNumeral(_ text: String) -> Bool {
        text.utf8.contains { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
            && text.utf8.allSatisfy {
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) || $0 == UInt8(ascii: ".")
                    || $0 == UInt8(ascii: "E") || $0 == UInt8(ascii: "e")
            }
    }

    private static func quoted(_ text: String) -> String {
        let special: Set<UInt8> = [0x22, 0x2C, 0x0D, 0x0A]
        guard text.utf8.contains(where: special.contains) else { return text }
        return "\""
            + text.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }
}
