import Foundation

/// One run of something: wall time and the CPU time of the whole process.
struct Sample {
    let wall: Double
    let cpu: Double

    static func of(_ body: () async throws -> Void) async rethrows -> Sample {
        let cpu = cpuSeconds()
        let start = DispatchTime.now().uptimeNanoseconds
        try await body()
        let end = DispatchTime.now().uptimeNanoseconds
        return Sample(wall: Double(end - start) / 1e9, cpu: cpuSeconds() - cpu)
    }

    static func of(_ body: () throws -> Void) rethrows -> Sample {
        let cpu = cpuSeconds()
        let start = DispatchTime.now().uptimeNanoseconds
        try body()
        let end = DispatchTime.now().uptimeNanoseconds
        return Sample(wall: Double(end - start) / 1e9, cpu: cpuSeconds() - cpu)
    }

    /// User and system time of all threads.
    private static func cpuSeconds() -> Double {
        var usage = rusage()
        getrusage(__rusage_who_t(RUSAGE_SELF.rawValue), &usage)
        func seconds(_ time: timeval) -> Double {
            Double(time.tv_sec) + Double(time.tv_usec) / 1e6
        }
        return seconds(usage.ru_utime) + seconds(usage.ru_stime)
    }
}

/// The same thing measured several times.
struct Series {
    var samples: [Sample] = []

    func median(_ part: (Sample) -> Double) -> Double {
        let sorted = samples.map(part).sorted()
        return sorted.isEmpty ? 0 : sorted[sorted.count / 2]
    }

    func spread(_ part: (Sample) -> Double) -> String {
        let values = samples.map(part)
        return String(
            format: "%.3f-%.3f", values.min() ?? 0, values.max() ?? 0)
    }
}

/// Lynk and plain SQLite, run in turn.
struct Comparison {
    let name: String
    let rows: Int
    var lynk = Series()
    var plain = Series()

    /// Runs both `repeats` times after one warm-up that is not counted.
    mutating func measure(
        repeats: Int, lynk runLynk: () async throws -> Sample,
        plain runPlain: () async throws -> Sample
    ) async rethrows {
        for round in 0...repeats {
            let ours = try await runLynk()
            let theirs = try await runPlain()
            guard round > 0 else { continue }
            lynk.samples.append(ours)
            plain.samples.append(theirs)
        }
    }

    func report() {
        let cpu = (lynk.median(\.cpu), plain.median(\.cpu))
        let wall = (lynk.median(\.wall), plain.median(\.wall))
        func line(_ name: String, _ cells: [String]) {
            print("| \(name) | " + cells.joined(separator: " | ") + " |")
        }
        print("\n### \(name)\n")
        line("", ["ratio", "Lynk", "plain", "Lynk min-max", "plain min-max"])
        print("|---|---|---|---|---|---|")
        line(
            "CPU, us per row",
            [
                String(format: "**%.2f**", cpu.0 / cpu.1), perRow(cpu.0), perRow(cpu.1),
                lynk.spread { $0.cpu * 1e6 / Double(rows) },
                plain.spread { $0.cpu * 1e6 / Double(rows) },
            ])
        line(
            "wall, us per row",
            [
                String(format: "%.2f", wall.0 / wall.1), perRow(wall.0), perRow(wall.1),
                lynk.spread { $0.wall * 1e6 / Double(rows) },
                plain.spread { $0.wall * 1e6 / Double(rows) },
            ])
        line(
            "rows per second",
            [
                String(format: "%.2f", wall.1 / wall.0), String(Int(Double(rows) / wall.0)),
                String(Int(Double(rows) / wall.1)), "", "",
            ])
    }

    private func perRow(_ seconds: Double) -> String {
        String(format: "%.2f", seconds * 1e6 / Double(rows))
    }
}
