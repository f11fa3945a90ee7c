public import GRDB
public import LynkCore
import LynkEngine
import LynkWire
import Synchronization

/// A change set that the hub did not take, kept until a person has decided.
public struct RefusedChangeSet: Sendable {
    /// Its place among everything written here.
    public let sequence: UInt64
    public let oid: ContentID
    public let disposition: Disposition
    public let problem: Problem?
    public let bytes: [UInt8]
    public let signature: [UInt8]
    /// `nil` when the bytes were damaged here.
    public let content: ChangeSet?
}

extension Replica {
    /// The intent of a change set that takes the place of a refused one; its arguments begin with
    /// the refused one's content id.
    public static let resubmitIntent = "resubmit"

    /// The intent of what takes the place of a change set that was written with `intent`.
    static func resubmission(of oid: ContentID, _ intent: Intent?) -> Intent {
        let told = intent.map { " \($0.name) \($0.arguments)" } ?? ""
        return Intent(
            name: resubmitIntent,
            arguments: String("\(oid)\(told)".prefix(Limits.intentBytesMax / 4)))
    }

    /// What waits for a person, in the order in which it was written.
    public func refused() throws -> [RefusedChangeSet] {
        try pool.read { try RefusedWork($0).all() }
    }

    /// Writes the changes of a refused change set again, over what the rows are now, as a new
    /// change set that names the refused one. One transaction.
    ///
    /// - Parameter edit: mends the rows before they are captured.
    /// - Returns: the new change set's name.
    /// - Throws: ``Problem`` `not_found` for an oid that does not wait for a decision,
    ///   `row_unknown` when a row that it updates is not there, and what ``write(intent:_:)``
    ///   throws.
    @discardableResult
    public func resubmit(
        _ oid: ContentID, edit: (Database) throws -> Void = { _ in }
    ) throws -> ContentID {
        let refused = try pool.read { try RefusedWork($0).one(oid) }
        guard let content = refused.content else {
            throw Problem(.changeSetMalformed, "the bytes of \(oid.short) are damaged")
        }
        let intent = Self.resubmission(of: oid, content.intent)
        var successor: ContentID?
        try write(intent: intent) { database in
            for change in content.changes { try Replay(database, tables).run(change) }
            try edit(database)
        } then: { database, name in
            successor = name
            try RefusedWork(database).resolve(
                refused.sequence, as: "resubmitted", successor: name,
                now: clock.read().wallMilliseconds)
        }
        guard let successor else {
            throw Problem(.parameterInvalid, "nothing of \(oid.short) differs from the rows now")
        }
        return successor
    }

    /// Gives a refused change set up. Its bytes and the reason stay in the file.
    ///
    /// - Throws: ``Problem`` `not_found` for an oid that does not wait for a decision,
    ///   `parameter_invalid` without a reason.
    public func discard(_ oid: ContentID, reason: String) throws {
        guard !reason.isEmpty else {
            throw Problem(.parameterInvalid, "discarding needs a reason")
        }
        let now = clock.read().wallMilliseconds
        try pool.write { database in
            let work = RefusedWork(database)
            let refused = try work.one(oid)
            try Outbox(database).discard(
                Outbox.Entry(
                    sequence: refused.sequence, oid: oid, bytes: refused.bytes,
                    signature: refused.signature), reason: reason, now: now)
            try work.resolve(refused.sequence, as: "discarded", successor: nil, now: now)
        }
        observers.publish([])
    }
}

/// Refused change sets in a replica's file.
struct RefusedWork {
    private let database: Database

    init(_ database: Database) { self.database = database }

    private static let select = """
        SELECT receipt.sequence, receipt.oid, disposition, problem, detail, bytes, signature
        FROM lynk_receipt AS receipt JOIN lynk_outbox USING (sequence)
        WHERE disposition IN ('rejected', 'quarantined') AND resolution IS NULL
        """

    func all() throws -> [RefusedChangeSet] {
        let select = try HotStatement(database, Self.select + " ORDER BY receipt.sequence")
        defer { select.reset() }
        var found: [RefusedChangeSet] = []
        while try select.step() { found.append(try Self.changeSet(select)) }
        return found
    }

    func one(_ oid: ContentID) throws -> RefusedChangeSet {
        let select = try HotStatement(database, Self.select + " AND receipt.oid = ?")
        select.bind(1, blob: oid.bytes)
        defer { select.reset() }
        guard try select.step() else {
            throw Problem(.notFound, "no refused change set \(oid.short) waits for a decision")
        }
        return try Self.changeSet(select)
    }

    private static func changeSet(_ select: HotStatement) throws -> RefusedChangeSet {
        guard let oid = ContentID(bytes: select.blobView(1)),
            let disposition = Disposition(rawValue: select.text(2))
        else { throw Problem(.storeFailed, "a receipt is damaged") }
        let code = select.isNull(3) ? nil : ProblemCode(rawValue: select.text(3))
        let bytes = select.blob(5)
        let sealed = try? ChangeSetCodec.open(bytes)
        return RefusedChangeSet(
            sequence: try select.natural(0), oid: oid, disposition: disposition,
            problem: code.map { Problem($0, select.isNull(4) ? "" : select.text(4)) },
            bytes: bytes, signature: select.blob(6),
            content: sealed.flatMap { $0.oid == oid ? $0.content : nil })
    }

    func resolve(
        _ sequence: UInt64, as resolution: String, successor: ContentID?, now: Int64
    ) throws {
        let update = try HotStatement(
            database,
            """
            UPDATE lynk_receipt SET resolution = ?, resolved = ?, successor = ?
            WHERE sequence = ?
            """)
        update.bind(1, text: resolution)
        update.bind(2, now)
        update.bind(3, successor.map { .blob($0.bytes) } ?? .null)
        update.bind(4, Int64(sequence))
        try update.run()
    }
}
