package import LynkCore

/// An incarnation of the hub as its file keeps it.
package struct HubEra: Hashable, Sendable {
    package let handle: UInt32
    package let record: EraRecord
    /// The position before the era's first commit: position = base + number.
    package let base: Int64

    package init(handle: UInt32, record: EraRecord, base: Int64) {
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

    package init(
        handle: UInt32, id: LaneID, device: DeviceID, head: LaneHead? = nil,
        effective: HybridTimestamp = .zero
    ) {
        self.handle = handle
        self.id = id
        self.device = device
        self.head = head
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

/// A row with the number under which the change index names it.
package struct StoredRow: Sendable {
    package let number: Int64
    package let row: StampedRow

    package init(number: Int64, row: StampedRow) {
        self.number = number
        self.row = row
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

    package init(
        position: Int64, dot: Dot, oid: ContentID, lane: UInt32, effective: HybridTimestamp,
        received: HybridTimestamp, disposition: Disposition, conflicts: UInt32, problem: Problem?,
        context: VersionVector
    ) {
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
    package let hash: [UInt8]
    package let scopes: [Scope]

    package init(hash: [UInt8], scopes: [Scope]) {
        self.hash = hash
        self.scopes = scopes
    }
}
