/// What many seeds came to.
package struct CampaignReport: Sendable {
    package private(set) var seeds = 0
    package private(set) var failures = 0
    package private(set) var marks = Marks()
    /// Per checker how many seeds it failed.
    package private(set) var findings: [String: Int] = [:]
    private var commits = 0
    private var steps = 0
    private var deviceMilliseconds: Double = 0

    package init() {}

    package mutating func add(_ outcome: Outcome) {
        seeds += 1
        if let breach = outcome.breach {
            failures += 1
            findings[breach.checker, default: 0] += 1
        }
        marks.add(outcome.marks)
        commits += outcome.commits
        steps += outcome.steps
        deviceMilliseconds += Double(outcome.tick) * Double(outcome.devices)
    }

    private var deviceDays: Double { deviceMilliseconds / 86_400_000 }

    /// How fast that was.
    package func rates(seconds: Double) -> CampaignRates {
        let hours = max(seconds, 0.001) / 3_600
        return CampaignRates(
            seeds: Int(Double(seeds) / hours), events: Int(Double(steps) / hours),
            deviceDays: Int(deviceDays / hours))
    }

    /// Figures and marks, for people.
    package func text(seconds: Double) -> String {
        let rates = rates(seconds: seconds)
        let figures = [
            "\(seeds - failures) held, \(failures) failed; \(commits) commits, \(steps) events, "
                + "\(Int(deviceDays)) device-days",
            "\(rates.seeds) seeds/hour, \(rates.events) events/hour, "
                + "\(rates.deviceDays) device-days/hour",
        ]
        let found = findings.sorted { $0.key < $1.key }.map { "found by \($0.key): \($0.value)" }
        return (figures + found + [marks.table]).joined(separator: "\n")
    }
}

/// How fast a campaign went, each in an hour.
package struct CampaignRates: Sendable {
    package let seeds: Int
    package let events: Int
    package let deviceDays: Int

    /// The columns of ``row(of:date:commit:store:cores:)``.
    package static let header =
        "date,commit,layer,store,cores,seeds,failures,seeds_per_hour,events_per_hour,"
        + "device_days_per_hour"

    /// A line of the file that shows when a rate falls: commas stand between its fields only.
    ///
    /// - Parameter date: as the caller gives it, so that the same campaign gives the same line.
    package func row(
        of report: CampaignReport, date: String, commit: String, store: String, cores: Int
    ) -> String {
        let fields: [String] = [
            date, commit, "simulator", store, "\(cores)", "\(report.seeds)",
            "\(report.failures)", "\(seeds)", "\(events)", "\(deviceDays)",
        ]
        return fields.map { $0.replacing(",", with: " ") }.joined(separator: ",")
    }
}
