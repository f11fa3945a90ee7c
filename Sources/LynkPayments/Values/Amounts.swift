import LynkCore

/// Sums that end in a ``Problem`` where 64 bits end: a peer's numbers never trap.
func sum(_ left: Int64, _ right: Int64) throws -> Int64 {
    let (value, overflow) = left.addingReportingOverflow(right)
    if overflow { throw Problem(.counterOverflow) }
    return value
}
