package import LynkCore

/// An incarnation of the hub as its file keeps it.
package struct HubEra: Hashable, Sendable {
    package let handle: UInt32
    package let record: EraRecord
    /// The position before the era's first commit: position = base + number.
    /// `nil` for an era that is known from a device's words only: its commits are lost here.
    package let base: Int64?

    package init(handle: UInt32, record: EraRecord, base: Int64?) {
        self.handle = handle
        self.record = record
        self.base = base
    }
}

/// A lane as the hub keeps it, live or retired: the full per-device clock.
package struct HubLane: Hashable, Sendable {
    package let handle: UInt32
    package let id: LaneID
    package var device: DeviceID
    /// `nil` for a lane that only stamps name, like the hub's own before its first commit.
    package var head: LaneHead?
    package var effective: HybridTimestamp
    package var ratchet = Ratchet()
    /// Where the chain came from when its device took this lane; `nil` for a device's first one.
    package var fork: LaneFork?

    package init(
        handle: UInt32, id: LaneID, device: DeviceID, head: LaneHead? = nil,
        effective: HybridTimestamp = .zero, fork: LaneFork? = nil
    ) {
        self.fork = fork
        self.handle = handle
        self.id = id
        self.device = device
        self.head = head
        self.effective = effective
    }
}

/// The place of the change set that the first one of a lane follows.
package struct LaneFork: Hashable, Sendable {
    /// The lane that it stands in, another one of the same device.
    package let lane: UInt32
    package let effective: HybridTimestamp

    package init(lane: UInt32, effective: HybridTimestamp) {
        self.lane = lane
        self.effective = effective
    }
}

/// A scope that some row was born into.
package struct HubScope: Hashable, Sendable {
    package let handle: UInt32
    package let name: Scope
    /// The position of the last commit that touched a row of the scope.
    package var head: Int64

    package init(handle: UInt32, name: Scope, head: Int64) {
        self.handle = handle
        self.name = name
        self.head = head
    }
}

/// A row or tombstone with the number under which the change index names it: a tombstone's is
/// negative.
package struct StoredState: Sendable {
    package let number: Int64
    package let state: RowState

    package init(number: Int64, state: RowState) {
        self.number = number
        self.state = state
    }
}

/// A conflict with its place, as people and devices are told of it.
package struct StoredConflict: Sendable {
    package let number: Int64
    package let position: Int64
    package let conflict: Conflict
    package let newOID: ContentID

    package init(number: Int64, position: Int64, conflict: Conflict, newOID: ContentID) {
        self.number = number
        self.position = position
        self.conflict = conflict
        self.newOID = newOID
    }
}

/// One entry of the change index: a row stands in it once per scope, at its newest position.
package struct ChangeEntry: Hashable, Comparable, Sendable {
    package let position: Int64
    package let table: Int64
    package let row: Int64

    package init(position: Int64, table: Int64, row: Int64) {
        self.position = position
        self.table = table
        self.row = row
    }

    package static func < (left: Self, right: Self) -> Bool {
        (left.position, left.table, left.row) < (right.position, right.table, right.row)
    }

    /// After every entry of the position.
    package static func end(of position: Int64) -> ChangeEntry {
        ChangeEntry(position: position, table: .max, row: .max)
    }
}

/// What the log keeps of a commit besides its bytes.
package struct LogRecord: Sendable {
    package let position: Int64
    package let dot: Dot
    package let oid: ContentID
    package let lane: UInt32
    package let effective: HybridTimestamp
    package let received: HybridTimestamp
    package let disposition: Disposition
    package let conflicts: UInt32
    package let problem: Problem?
    /// The context, truncated to what the hub had.
    package let context: VersionVector
    /// What a release or a final rejection is about; `nil` for any other commit.
    package let subject: ContentID?
    /// ``CommitChain`` up to and with this commit.
    package let chain: [UInt8]

    package init(
        position: Int64, dot: Dot, oid: ContentID, lane: UInt32, effective: HybridTimestamp,
        received: HybridTimestamp, disposition: Disposition, conflicts: UInt32, problem: Problem?,
        context: VersionVector, subject: ContentID? = nil, chain: [UInt8]
    ) {
        self.subject = subject
        self.chain = chain
        self.position = position
        self.dot = dot
        self.oid = oid
        self.lane = lane
        self.effective = effective
        self.received = received
        self.disposition = disposition
        self.conflicts = conflicts
        self.problem = problem
        self.context = context
    }

    var receipt: Receipt {
        Receipt(
            oid: oid, disposition: disposition, dot: dot, effective: effective,
            conflicts: conflicts, problem: problem)
    }
}

/// A digest's name: the rows of one table within one scope.
package struct DigestName: Hashable, Sendable {
    package let scope: UInt32
    package let table: TableID

    package init(scope: UInt32, table: TableID) {
        self.scope = scope
        self.table = table
    }
}

/// A scope set that a pull gave to a device, from a position on.
package struct DeliveredScopes: Sendable {
    package let position: Int64
    package let hash: [UInt8]
    package let scopes: [Scope]
    /// Those that every set of the device at this position had: what a context at it covers.
    package let covered: [Scope]

    package init(position: Int64, hash: [UInt8], scopes: [Scope], covered: [Scope]) {
        self.position = position
        self.hash = hash
        self.scopes = scopes
        self.covered = covered
    }
}

/// A change set that was quarantined: its bytes stay in the log.
package struct QuarantineRecord: Sendable {
    /// What became of it afterwards.
    package enum Resolution: String, Sendable {
        case released, rejected
        /// Its author wrote it again, and that one is in force.
        case replaced
    }

    package let position: Int64
    package let oid: ContentID
    /// On whose behalf it came: it is judged again under the same name.
    package let principal: Principal
    package let code: ProblemCode
    package var resolution: Resolution?

    package init(
        position: Int64, oid: ContentID, principal: Principal, code: ProblemCode,
        resolution: Resolution? = nil
    ) {
        self.position = position
        self.oid = oid
        self.principal = principal
        self.code = code
        self.resolution = resolution
    }
}

/// The name that a change set had in an era which the hub lost, and where it stands now.
package struct DotAlias: Hashable, Sendable {
    package let lost: Dot
    package let position: Int64

    package init(lost: Dot, position: Int64) {
        self.lost = lost
        self.position = position
    }
}
