import LynkHistory

/// How often each thing was done to a run.
struct NemesisCounts {
    var hubKills = 0
    var deviceKills = 0
    var pauses = 0
    var cuts = 0
    var fullDisks = 0
    var clones = 0
    var putBacks = 0
    var backups = 0
    var restores = 0

    var columns: [(name: String, count: Int)] {
        [
            ("hub_kills", hubKills), ("device_kills", deviceKills), ("pauses", pauses),
            ("cuts", cuts), ("full_disks", fullDisks), ("clones", clones),
            ("put_backs", putBacks), ("backups", backups), ("restores", restores),
        ]
    }

    static func += (left: inout Self, right: Self) {
        left.hubKills += right.hubKills
        left.deviceKills += right.deviceKills
        left.pauses += right.pauses
        left.cuts += right.cuts
        left.fullDisks += right.fullDisks
        left.clones += right.clones
        left.putBacks += right.putBacks
        left.backups += right.backups
        left.restores += right.restores
    }
}

/// What one run was and came to.
struct RunResult {
    let seed: UInt64
    /// `tmpfs` when a small file system was filled up, `limit` when the size of files was limited.
    let disk: String
    let devices: Int
    let check: HistoryCheck
    let counts: NemesisCounts
    let anomalies: [Anomaly]
    let seconds: Double

    /// A line of the record that is kept of all runs.
    func line(date: String, commit: String) -> String {
        let figures = [
            devices, check.operations, check.writes, check.reads, check.payments, check.conflicts,
        ].map(String.init)
        return
            ([date, commit, String(seed), "\((seconds * 10).rounded() / 10)", disk] + figures
            + counts.columns.map { String($0.count) } + [String(anomalies.count)])
            .joined(separator: ",")
    }

    static let columns =
        ([
            "date", "commit", "seed", "seconds", "disk", "devices", "operations", "writes", "reads",
            "payments", "conflicts",
        ] + NemesisCounts().columns.map(\.name) + ["violations"]).joined(separator: ",")

    /// One line for a person.
    func text(_ number: Int, of runs: Int) -> String {
        let done = counts.columns.filter { $0.count > 0 }
            .map { "\($0.count) \($0.name.replacing("_", with: " "))" }.joined(separator: ", ")
        let verdict = anomalies.isEmpty ? "ok" : "\(anomalies.count) VIOLATIONS"
        return
            "run \(number)/\(runs)  seed \(seed)  \(devices) devices, \(check.operations) records, "
            + "\(check.payments) payments, \(check.conflicts) conflicts; \(done)  \(verdict)  "
            + "\((seconds * 10).rounded() / 10) s"
    }
}
