/// Reads moments in RFC 3339 as files have them.
enum Moment {
    /// Milliseconds since 1970 UTC of `yyyy-mm-ddThh:mm:ss` with `Z` or an offset `+hh:mm`.
    static func milliseconds(_ text: String) -> Int64? {
        let bytes = Array(text.utf8)
        guard bytes.count == 20 || bytes.count == 25, bytes[10] == UInt8(ascii: "T"),
            bytes[13] == UInt8(ascii: ":"), bytes[16] == UInt8(ascii: ":"),
            let day = CivilDay(String(decoding: bytes[0..<10], as: UTF8.self)),
            let hour = CivilDay.number(bytes[11..<13]), hour < 24,
            let minute = CivilDay.number(bytes[14..<16]), minute < 60,
            let second = CivilDay.number(bytes[17..<19]), second < 60,
            let offset = offsetMinutes(bytes[19...])
        else { return nil }
        let minutes = (day.daysSince1970 * 24 + hour) * 60 + minute - offset
        return Int64(minutes * 60 + second) * 1000
    }

    private static func offsetMinutes(_ bytes: ArraySlice<UInt8>) -> Int? {
        let text = Array(bytes)
        if text == [UInt8(ascii: "Z")] { return 0 }
        guard text.count == 6, text[3] == UInt8(ascii: ":"),
            let hours = CivilDay.number(text[1..<3]), hours < 24,
            let minutes = CivilDay.number(text[4..<6]), minutes < 60
        else { return nil }
        switch text[0] {
        case UInt8(ascii: "+"): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -(hours * 60 + minutes)
        default: return nil
        }
    }
}
