/// One line of a history: what one session did or saw, and when.
public struct Record: Codable, Hashable, Sendable {
    /// Nanoseconds of the machine's monotonic clock, which all processes of a run share.
    public let at: Int64
    /// The session. A device that is killed and started again goes on with its session; a copy of
    /// its file and a restored file begin one of their own.
    public let by: String
    public let event: Event

    /// - Parameter by: the session's name.
    public init(at: Int64, by: String, _ event: Event) {
        self.at = at
        self.by = by
        self.event = event
    }

    /// The session that tells the hub's own state.
    public static let hub = "hub"
}

/// A register, or a fact, and what it holds.
public struct Cell: Codable, Hashable, Sendable {
    public let key: String
    /// Written to this key by one write of the history and no other.
    public let value: String
    /// Minor units, when the cell is a payment: then it is written once and never changes.
    public let amount: Int64?

    /// - Parameter amount: `nil` for a register.
    public init(_ key: String, _ value: String, amount: Int64? = nil) {
        self.key = key
        self.value = value
        self.amount = amount
    }
}

/// What a session did or saw.
public enum Event: Codable, Hashable, Sendable {
    /// The process has opened its file. The session sees the keys with these beginnings; one that
    /// never says so sees all.
    case began(sees: [String])
    /// A change set is about to be written; it is there as a whole or not at all.
    case writing(write: String, cells: [Cell])
    /// It was written: from here on nothing may lose it.
    case wrote(write: String, oid: String)
    /// It was not written, and must never be seen.
    case failed(write: String, problem: String)
    /// One snapshot: what differs from the session's last one, or the whole of it.
    case read(shown: [Cell], gone: [String], isWhole: Bool)
    /// An exchange ended.
    case exchanged(problem: String?, isEqual: Bool)
    /// The hub's answer for a change set, as the device has kept it; told again after each opening
    /// of its file. The number is the hub's: of an answer that it gave anew it is another.
    case receipt(oid: String, disposition: String, problem: String?, number: Int64? = nil)
    /// The hub decided between concurrent writes of one key.
    case conflict(key: String, values: [String])
    /// A device's last word; the read before it is its last state.
    case finished(pending: Int, isEqual: Bool, incidents: [String])
    /// The session's file was replaced by an older copy: what never left it is lost, and told so.
    case abandoned(session: String)
    /// The hub was replaced by its last backup.
    case hubRestored
    /// What the operator's queries give for the books.
    case books(Books)
}

/// What the hub says its books hold.
public struct Books: Codable, Hashable, Sendable {
    public let payments: Int
    public let collected: Int64
    /// Debits less credits.
    public let difference: Int64
    /// Stored figures that differ from the journal.
    public let drift: Int

    /// - Parameter drift: how many figures differ.
    public init(payments: Int, collected: Int64, difference: Int64, drift: Int) {
        self.payments = payments
        self.collected = collected
        self.difference = difference
        self.drift = drift
    }
}
