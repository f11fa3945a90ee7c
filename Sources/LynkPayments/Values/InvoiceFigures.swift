import LynkCore

/// What an invoice comes to: goods and services tax line by line, then the total in whole rupees.
///
/// The tax of a line is its taxable value times the rate, half a paisa rounded up; the total is
/// rounded to the nearest rupee, half up (section 170 of the CGST Act), and the difference is
/// booked as ROUND_OFF.
package struct InvoiceFigures: Hashable, Sendable {
    package let taxable: Int64
    package let gst: Int64
    package let roundOff: Int64
    package let total: Int64

    /// - Parameter lines: taxable value in paise, from 0, and rate in hundredths of a percent.
    /// - Throws: ``Problem`` `value_invalid` for a negative value or rate, `counter_overflow`
    ///   where 64 bits end.
    package init(_ lines: [(taxable: Int64, basisPoints: Int64)]) throws {
        var (taxable, gst): (Int64, Int64) = (0, 0)
        for line in lines {
            taxable = try sum(taxable, line.taxable)
            gst = try sum(gst, Self.tax(line.taxable, line.basisPoints))
        }
        let exact = try sum(taxable, gst)
        let total = try sum(exact, 50) / 100 * 100
        (self.taxable, self.gst, self.total) = (taxable, gst, total)
        roundOff = total - exact
    }

    /// The tax of one line.
    package static func tax(_ taxable: Int64, _ basisPoints: Int64) throws -> Int64 {
        guard taxable >= 0, basisPoints >= 0 else {
            throw Problem(.valueInvalid, "a negative value or rate of tax")
        }
        let (product, overflow) = taxable.multipliedReportingOverflow(by: basisPoints)
        if overflow { throw Problem(.counterOverflow) }
        return try sum(product, 5_000) / 10_000
    }
}
