import LynkCore

/// What stands before what in the devices' chains, by the words of the change sets: no time of a
/// hub is asked. Where a lane begins behind a change set that the hub lacked then, because it had
/// been restored, the hub cannot know what is before it (Protocol/02-time.md, T3).
final class Chains {
    private let previous: [ContentID: ContentID]
    /// Kept for those that were asked for: devices that have several lanes.
    private var before: [ContentID: Set<ContentID>] = [:]

    init(_ truth: Truth) {
        var previous: [ContentID: ContentID] = [:]
        var places: [ContentID: (lane: LaneID, position: Int64)] = [:]
        for commit in truth.log where places[commit.subject] == nil {
            places[commit.subject] = (commit.lane, commit.position)
        }
        for commit in truth.log { previous[commit.subject] = commit.previous }
        for oid in truth.order { previous[oid] = truth.written[oid]?.content.previous }
        self.previous = previous.filter { oid, other in
            guard let own = places[oid] else { return true }
            guard let former = places[other] else { return false }
            return own.lane == former.lane || former.position < own.position
        }
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
