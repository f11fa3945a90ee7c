import Foundation
import Glibc

/// One line that is written over while the month goes by; a line now and then when nobody watches.
struct Progress {
    private let isTerminal = isatty(2) == 1
    private let started = ContinuousClock.now
    private var shown: ContinuousClock.Instant?

    /// Shows the line unless the last one was shown a moment ago.
    mutating func show(_ line: @autoclosure () -> String, isLast: Bool = false) {
        let now = ContinuousClock.now
        let pause: Duration = isTerminal ? .milliseconds(200) : .seconds(10)
        if !isLast, let shown, shown.duration(to: now) < pause { return }
        shown = now
        let seconds = Self.seconds(started.duration(to: now))
        let text = "\(line())  \(Int(seconds)) s"
        write(isTerminal ? "\r\u{1B}[K\(text)\(isLast ? "\n" : "")" : text + "\n")
    }

    private func write(_ text: String) { FileHandle.standardError.write(Data(text.utf8)) }

    static func seconds(_ duration: Duration) -> Double {
        Double(duration.components.seconds) + Double(duration.components.attoseconds) * 1e-18
    }
}
