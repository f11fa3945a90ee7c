import LynkCore
import LynkWire

/// How far a catch-up has come, of a total that is fixed when it begins.
///
/// The hub estimates; whatever comes, the fraction never goes back, never passes 1, and is 1 only
/// when the checkpoint was applied. Pure.
public struct CatchUpProgress: Hashable, Sendable {
    /// Rows that the hub announced in its welcome.
    public private(set) var rowsExpected: Int64 = 0
    /// Rows that have arrived, at most as many as were announced.
    public private(set) var rowsReceived: Int64 = 0
    public private(set) var bytesReceived: Int64 = 0
    public private(set) var isComplete = false

    public init() {}

    /// Between 0 and 1.
    public var fraction: Double {
        if isComplete { return 1 }
        // One row more than announced: before the checkpoint nothing is complete. From 2^53 rows on
        // the quotient of two neighbours would round to 1.
        return min(Double(rowsReceived) / Double(rowsExpected + 1), 1.0.nextDown)
    }

    /// A welcome starts another catch-up.
    mutating func began(expecting rows: Int64) {
        self = CatchUpProgress()
        rowsExpected = min(max(rows, 0), Int64.max - 1)
    }

    mutating func received(rows: Int, bytes: Int) {
        guard !isComplete else { return }
        let rest = rowsExpected - rowsReceived
        rowsReceived += min(rest, Int64(max(rows, 0)))
        bytesReceived += min(Int64.max - bytesReceived, Int64(max(bytes, 0)))
    }

    /// A checkpoint was applied; what a live answer brings after it is no catch-up.
    mutating func completed() {
        rowsReceived = rowsExpected
        isComplete = true
    }

    /// Rows of a page's payload, deleted ones included; 0 for one that does not decode, which the
    /// replica refuses by itself.
    static func rows(of page: [UInt8]) -> Int {
        page.withUnsafeBytes { bytes in
            do throws(WireError) {
                var reader = try PageReader(bytes)
                var count = 0
                while let section = try reader.next() {
                    count += section.count + section.removed.count / 16
                }
                return count
            } catch {
                return 0
            }
        }
    }
}
