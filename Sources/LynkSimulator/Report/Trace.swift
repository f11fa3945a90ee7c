/// What happened, line by line: a hash of all of it, and the last lines or all.
package struct Trace: Sendable {
    package private(set) var lines: [String] = []
    package private(set) var count = 0
    private var hashing = TraceHash()
    private let isKept: Bool
    private static let tail = 60

    package init(isKept: Bool) { self.isKept = isKept }

    /// The same for the same history, on every machine.
    package var hash: UInt64 { hashing.value }

    mutating func note(_ tick: Int64, _ text: String) {
        let line = "\(tick) \(text)"
        hashing.take(line)
        count += 1
        lines.append(line)
        if !isKept, lines.count > 2 * Self.tail { lines.removeFirst(Self.tail) }
    }

    /// Something to read beside the line before; the hash does not know it.
    mutating func detail(_ text: @autoclosure () -> String) {
        if isKept { lines.append("    " + text()) }
    }
}
