/// The outcome of a run, and what it was about.
package struct RunReport: Sendable {
    /// Rises when a member of the JSON report changes its meaning or goes.
    package static let schemaVersion = 1
    package static let suiteVersion = "0.1"

    package let implementation: String
    package let seed: UInt64
    package let cases: [ConformanceCase]
    package let results: [CaseResult]

    package init(
        implementation: String, seed: UInt64, cases: [ConformanceCase], results: [CaseResult]
    ) {
        self.implementation = implementation
        self.seed = seed
        self.cases = cases
        self.results = results
    }

    package func count(_ status: CaseResult.Status) -> Int {
        results.count { $0.status == status }
    }

    /// Whether nothing failed: what is unsupported is neither passed nor failed.
    package var isClean: Bool { count(.fail) == 0 && count(.error) == 0 }

    /// The highest level whose every MUST, and that of each level below, has passed; nil when the
    /// lowest is not reached. A level without cases is not reached.
    package var level: ConformanceCase.Level? {
        let status = Dictionary(
            results.map { ($0.id, $0.status) }, uniquingKeysWith: { first, _ in first })
        var reached: ConformanceCase.Level?
        for level in ConformanceCase.Level.allCases {
            let due = cases.filter { $0.level == level && $0.strength == .must }
            guard !due.isEmpty, due.allSatisfy({ status[$0.id] == .pass }) else { break }
            reached = level
        }
        return reached
    }

    var badge: String {
        "\(level?.rawValue ?? "none") · suite \(Self.suiteVersion) · protocol 1"
    }
}
