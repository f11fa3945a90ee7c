import LynkCore

/// What stands before what in the devices' chains, by the words of the change sets alone: no lane,
/// no placement and no time of a hub is asked.
final class Chains {
    private let previous: [ContentID: ContentID]
    /// Kept for those that were asked for: devices that have several lanes.
    private var before: [ContentID: Set<ContentID>] = [:]

    init(_ truth: Truth) {
        var previous: [ContentID: ContentID] = [:]
        for commit in truth.log { previous[commit.subject] = commit.previous }
        for oid in truth.order { previous[oid] = truth.written[oid]?.content.previous }
        self.previous = previous
    }

    func isBefore(_ early: ContentID, _ late: ContentID) -> Bool {
        if let known = before[late] { return known.contains(early) }
        var found: Set<ContentID> = []
        var next = late
        while let other = previous[next], found.insert(other).inserted { next = other }
        before[late] = found
        return found.contains(early)
    }
}
