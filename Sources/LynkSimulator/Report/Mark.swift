/// Something that must happen sometimes: a big run that never reaches one proves less than it
/// seems to. The raw value is the name in reports.
package enum Mark: String, CaseIterable, Sendable {
    case requestLost = "request lost"
    case requestRepeated = "request arrived twice"
    case lateRequest = "request arrived after later ones"
    case answerCut = "answer cut inside a frame"
    case answerDamaged = "answer damaged on the way"
    case requestDamaged = "request damaged on the way"
    case answerOutlivedHub = "hub restarted inside an answer"
    case committedInsideScan = "commit between two steps of a scan"
    case manyPages = "pull of several pages"
    case pullResumed = "pull went on after a break"
    case sessionResumed = "session went on with a short hello"
    case sessionUnknown = "session unknown to the hub"
    case repeatReceipt = "receipt given again"
    case conflictKept = "conflict kept"
    case deleteAccepted = "row deleted"
    case deleteLost = "delete lost to an update"
    case rowReborn = "key born again"
    case uniqueCleared = "claim lost and cleared"
    case rejected = "change set rejected"
    case held = "change set held"
    case quarantined = "change set quarantined"
    case released = "quarantine released"
    case finallyRejected = "quarantine ended for good"
    case birthAwaited = "update waited for a birth"
    case schemaAwaited = "change set waited for a newer schema"
    case cloneMade = "device cloned"
    case laneForked = "fork found and new lane taken"
    case deviceRestored = "device restored from a copy"
    case deviceCrashed = "device crashed"
    case crashedInsideAnswer = "device crashed inside an answer"
    case hubRestarted = "hub restarted"
    case hubRestored = "hub restored from a backup"
    case rollbackSeen = "rollback verdict given"
    case erasAsked = "hub asked for eras"
    case aliasMade = "lost dot became an alias"
    case hubHealed = "hub restored and healed"
    case clockJumped = "clock jumped by years"
    case rebooted = "device rebooted"
    case hubClockJumped = "hub clock jumped"
    case partitioned = "line open one way only"
    case scopeEntered = "scope entered"
    case scopeLeft = "scope left"
    case scopesChangedInside = "scopes changed inside an answer"
    case purgedUnderWork = "scope left under unsent work"
    case revoked = "revoked device refused"
    case attackRefused = "attack refused"
    case attackQuarantined = "attack quarantined or rejected"
    case attackAccepted = "attack within one's rights accepted"
    case floorAdvanced = "floor advanced"
    case returnedFromBelow = "device returned from below the floor"
    case compared = "rows compared with the hub's"
    case repaired = "row repaired"
    case durableDropped = "durable change set dropped at its device"
    case longAway = "device away for more than a week"
    case monthEnded = "month's end with everybody at work"
    case yearEnded = "year's end with everybody at work"
    case allAtOnce = "all devices at once"
    case clockShifted = "clock put an hour on or back"
    case migrated = "device moved to a new machine"
    case drawerLeft = "device found after six months"
    case tied = "two writes of one row at one time"
    case tookBack = "undone before it was in force"
    case deviceLostPower = "device lost power inside a call"
    case hubLostPower = "hub lost power inside a call"
    case deviceDiskFailed = "device's disk failed or was full"
    case hubDiskFailed = "hub's disk failed or was full"
    case unheardWrite = "write that was not heard of survived"

    /// Only a store on a disk can reach it.
    var isOfDisk: Bool {
        switch self {
        case .deviceLostPower, .hubLostPower, .deviceDiskFailed, .hubDiskFailed, .unheardWrite:
            true
        default: false
        }
    }
}

/// How often each mark was reached.
package struct Marks: Sendable {
    package private(set) var counts: [Mark: Int] = [:]

    package init() {}

    package mutating func reach(_ mark: Mark) { counts[mark, default: 0] += 1 }
    package mutating func add(_ other: Marks) {
        for mark in Mark.allCases { counts[mark, default: 0] += other.counts[mark] ?? 0 }
    }
    /// Every mark with its count, for people; the rarest are where a campaign proves least.
    package var table: String {
        Mark.allCases.map { mark in
            let count = String(counts[mark] ?? 0)
            let margin = String(repeating: " ", count: max(0, 9 - count.count))
            return margin + count + "  " + mark.rawValue
        }.joined(separator: "\n")
    }

    /// Marks that were never reached.
    package var missing: [Mark] { missing(in: .memory) }

    /// Marks that were never reached in worlds with this store.
    package func missing(in store: StoreKind) -> [Mark] {
        Mark.allCases.filter { (counts[$0] ?? 0) == 0 && (store == .sqlite || !$0.isOfDisk) }
    }
}
