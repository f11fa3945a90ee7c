import LynkCore

/// The chain of a device through its lanes: each lane but the first begins behind a change set of
/// another one, and a lane that was left may go on with what a copy of the device wrote.
extension HubTransaction {
    /// The effective time of the change set before this one in its chain.
    func timeBefore(_ sealed: SealedChangeSet, in lane: LaneID) throws -> HybridTimestamp {
        if let known = self.lane(lane) { return known.effective }
        return try fork(of: sealed)?.effective ?? .zero
    }

    /// Notes where a lane begins, with its first change set.
    func noteFork(of sealed: SealedChangeSet, in lane: UInt32) throws {
        guard state.lanes[Int(lane)].head == nil else { return }
        state.lanes[Int(lane)].fork = try fork(of: sealed)
        dirtyLanes.insert(lane)
    }

    private func fork(of sealed: SealedChangeSet) throws -> LaneFork? {
        guard let previous = sealed.content.previous,
            let position = try storage.position(of: previous),
            let log = try storage.log(at: position),
            state.lanes[Int(log.lane)].device == sealed.content.device
        else { return nil }
        return LaneFork(lane: log.lane, effective: log.effective)
    }

    /// The lanes that a chain came through before this one, the nearest ones first to count.
    func lanesBehind(_ lane: UInt32) -> [UInt32: HybridTimestamp] {
        guard state.lanes[Int(lane)].fork != nil else { return [:] }
        if let lanesCache, lanesCache.lane == lane { return lanesCache.behind }
        var behind: [UInt32: HybridTimestamp] = [:]
        visitForks(behind: lane) { fork in
            behind[fork.lane] = fork.effective
            return true
        }
        lanesCache = (lane, behind)
        return behind
    }

    /// The lanes that go on behind a change set, by way of any number of others.
    func lanesAhead(of lane: UInt32, at effective: HybridTimestamp) -> Set<UInt32> {
        let device = state.lanes[Int(lane)].device
        var ahead: Set<UInt32> = []
        for other in state.lanes where other.fork != nil && other.device == device {
            visitForks(behind: other.handle) { fork in
                guard fork.lane == lane else { return true }
                if fork.effective >= effective { ahead.insert(other.handle) }
                return false
            }
        }
        return ahead
    }

    /// Ends by itself: a lane begins behind a change set that was there before it. What is too
    /// far back counts as not known, which costs a conflict.
    private func visitForks(behind lane: UInt32, _ body: (LaneFork) -> Bool) {
        var next = state.lanes[Int(lane)].fork
        for _ in 0..<Limits.lanesBehindMax {
            guard let fork = next, body(fork) else { return }
            next = state.lanes[Int(fork.lane)].fork
        }
    }
}
