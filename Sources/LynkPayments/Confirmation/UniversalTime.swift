/// Moments as a confirmation has them: UTC, to the second.
package enum UniversalTime {
    /// `yyyy-mm-ddThh:mm:ssZ` of milliseconds since 1970; parts of a second are cut off.
    package static func text(milliseconds: Int64) -> String {
        // As far as hybrid timestamps reach.
        let seconds = min(max(milliseconds, 0), 0xFFFF_FFFF_FFFF) / 1_000
        let day = CivilDay(universalDay: Int(seconds / 86_400))
        let time = [seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60]
            .map { OneTimeCode.padded(UInt64($0), 2) }.joined(separator: ":")
        return "\(day)T\(time)Z"
    }
}
