package import LynkCore
import Synchronization

/// Forgetting, in steps that let commits through.
extension HubReplica {
    /// One step of the floor, in a durable transaction of its own: a kill between two steps, or
    /// inside one, leaves a floor at or below which everything is forgotten or will be by the next.
    ///
    /// Rows, receipts and the bytes of commits to tables without deletes stay for ever.
    package func advanceFloor(
        nowMilliseconds: Int64, ageMilliseconds: Int64, work: Int
    ) throws -> FloorStep {
        try state.withLock { state in
            let plan = FloorPlan(
                state, application, nowMilliseconds: nowMilliseconds,
                ageMilliseconds: ageMilliseconds)
            let step = try file.write { storage in
                let target = try plan.target(storage)
                var (floor, left) = (plan.state.floor, max(work, 1))
                while floor < target, left > 0 {
                    floor += 1
                    left -= try plan.forget(floor, in: storage)
                }
                if floor > plan.state.floor {
                    try storage.setMeta(.floor, HybridTimestamp(rawValue: UInt64(floor)).bytes)
                }
                // Of these nothing but their age says what is left.
                if left > 0 { left -= try storage.forgetConflicts(through: floor, limit: left) }
                if left > 0 { left -= try storage.forgetScopeSets(through: floor, limit: left) }
                return FloorStep(floor: floor, hasMore: left <= 0)
            }
            state.floor = step.floor
            return step
        }
    }

    /// How many commits are counted in one read, so that no snapshot stays open for long.
    private static var countedPerRead: Int64 { 1_000 }

    package func floorReport(
        nowMilliseconds: Int64, ageMilliseconds: Int64, counting: Bool
    ) throws -> FloorReport {
        let plan = FloorPlan(
            state.withLock { $0 }, application, nowMilliseconds: nowMilliseconds,
            ageMilliseconds: ageMilliseconds)
        let report = try file.read { try plan.report($0) }
        guard counting else { return report }
        var sum = FloorReport.Forgettable()
        var position = report.floor
        while position < report.target {
            let last = min(position + Self.countedPerRead, report.target)
            try file.read { reads in
                for place in position + 1...last { try plan.count(place, in: reads, into: &sum) }
            }
            position = last
        }
        sum.conflicts = Int64(
            try file.read { try $0.conflictCount(after: 0, through: report.target) })
        return FloorReport(
            floor: report.floor, target: report.target, head: report.head, wait: report.wait,
            nextMilliseconds: report.nextMilliseconds, forgettable: sum)
    }
}
