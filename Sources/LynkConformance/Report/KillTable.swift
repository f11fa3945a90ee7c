/// Which case saw which lie first.
package struct KillTable: Sendable {
    package struct Line: Sendable {
        package let lie: Liar
        /// Nil when no case saw it.
        package let seenBy: String?

        package init(lie: Liar, seenBy: String?) {
            self.lie = lie
            self.seenBy = seenBy
        }
    }

    package let lines: [Line]

    package init(lines: [Line]) { self.lines = lines }

    package var seen: Int { lines.count { $0.seenBy != nil } }

    /// The page that the book publishes.
    package var page: String {
        let rows = lines.map { line in
            "| `\(line.lie.name)` | \(line.lie.what) | \(line.seenBy ?? "NOT SEEN") |"
        }
        return """
            # What the kit sees

            Each line is a server with one slip, made of an honest one by a proxy: it changes what \
            comes
            back, or mends what goes there, as a server without that check would. Written by
            `lynk-conformance kill-rate --page`; the case is the first that fails.

            \(seen) of \(lines.count) are seen.

            | server | what it does | seen by |
            |---|---|---|

            """ + rows.joined(separator: "\n") + "\n"
    }
}
