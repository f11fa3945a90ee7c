/// What many seeds came to.
package struct CampaignReport: Sendable {
    package private(set) var seeds = 0
    package private(set) var failures = 0
    package private(set) var marks = Marks()
    private var commits = 0
    private var deviceMilliseconds: Double = 0

    package init() {}

    package mutating func add(_ outcome: Outcome) {
        seeds += 1
        if outcome.breach != nil { failures += 1 }
        marks.add(outcome.marks)
        commits += outcome.commits
        deviceMilliseconds += Double(outcome.tick) * Double(outcome.devices)
    }

    /// Figures and marks, for people.
    package func text(seconds: Double) -> String {
        let perHour = seconds > 0 ? Double(seeds) / seconds * 3_600 : 0
        var lines = [
            "\(seeds - failures) held, \(failures) failed; \(commits) commits, "
                + "\(Int(deviceMilliseconds / 86_400_000)) device-days",
            "\(Int(perHour)) seeds/hour",
        ]
        for mark in Mark.allCases {
            let count = String(marks.counts[mark] ?? 0)
            lines.append(
                String(repeating: " ", count: max(0, 9 - count.count)) + count + "  "
                    + mark.rawValue)
        }
        return lines.joined(separator: "\n")
    }
}
