import LynkCore
import LynkEngine

/// A row's history in JSON: 64-bit numbers are strings, times are milliseconds since 1970 UTC.
struct HistoryDocument: Encodable {
    struct Change: Encodable {
        /// `author` or `hub`: what its author signed, or what followed from it.
        let by: String
        let kind: String
        /// The columns as they were written.
        let puts: [String: JSONValue]
        /// What was added to counters.
        let adds: [String: JSONValue]
        /// Sets that elements were added to or taken out of, and how many.
        let edits: [String: Edit]
    }

    struct Edit: Encodable {
        let added, removed: [JSONValue]
    }

    struct Step: Encodable {
        let position: JSONInteger
        let era, number, changeSet, lane, device, disposition: String
        let effectiveMilliseconds, receivedMilliseconds: JSONInteger
        /// Absent when the bytes of the change set were collected.
        let claimedMilliseconds: JSONInteger?
        /// Absent also where the reader is not told.
        let intent, arguments: String?
        /// What the author had seen.
        let knew: VectorDocument
        let changes: [Change]
    }

    struct Side: Encodable {
        let value: JSONValue
        let era, number, author: String
        let effectiveMilliseconds: JSONInteger

        init(_ side: ConflictRecord.Side) {
            value = JSONValue(side.value)
            era = side.dot.era.description
            number = String(side.dot.number)
            author = side.author.description
            effectiveMilliseconds = JSONInteger(Int64(side.effective.milliseconds))
        }
    }

    struct Conflict: Encodable {
        let position: JSONInteger
        let outcome, policy, changeSet: String
        let base: JSONValue?
        let current, new: Side

        init(_ conflict: ConflictRecord) {
            position = JSONInteger(conflict.position)
            outcome = "\(conflict.outcome)"
            policy = conflict.policy
            changeSet = hexadecimal(conflict.oid.bytes)
            base = conflict.base.map { JSONValue($0) }
            current = Side(conflict.current)
            new = Side(conflict.new)
        }
    }

    struct Write: Encodable {
        let era, number: String

        init(_ dot: Dot) {
            era = dot.era.description
            number = String(dot.number)
        }
    }

    struct Standing: Encodable {
        let field, policy, era, number, author: String
        let value: JSONValue
        let effectiveMilliseconds: JSONInteger
        /// How the write stood to the other one, and what decided between them.
        let relation: String
        let ground: String?
        let other: Write?
        let conflicts: [Conflict]
    }

    /// Conflicts told of one field, the newest.
    private static let conflictsMax = 100

    let table, key: String
    let isDeleted: Bool
    let generation: UInt32
    /// Older commits are left out.
    let isCut: Bool
    let steps: [Step]
    /// Which commit wrote the value of each field that stands, and why it stands.
    let standing: [Standing]

    init(_ history: RowHistory, _ table: TableSchema, _ key: RowKey) {
        self.table = table.name
        self.key = key.description
        isDeleted = history.isDeleted
        generation = history.generation
        isCut = history.isCut
        steps = history.steps.map { step in
            Step(
                position: JSONInteger(step.position), era: step.dot.era.description,
                number: String(step.dot.number), changeSet: hexadecimal(step.oid.bytes),
                lane: step.lane.description, device: step.device.description,
                disposition: step.disposition.rawValue,
                effectiveMilliseconds: JSONInteger(Int64(step.effective.milliseconds)),
                receivedMilliseconds: JSONInteger(Int64(step.received.milliseconds)),
                claimedMilliseconds: step.claimed.map { JSONInteger(Int64($0.milliseconds)) },
                intent: step.intent?.name, arguments: step.intent?.arguments,
                knew: VectorDocument(step.context),
                changes: step.changes.map { Change($0, by: "author", of: table) }
                    + step.consequences.map { Change($0, by: "hub", of: table) })
        }
        standing = history.standing.map {
            Standing(
                field: table.name(of: $0.field), policy: $0.policy,
                era: $0.dot.era.description, number: String($0.dot.number),
                author: $0.author.description, value: JSONValue($0.value),
                effectiveMilliseconds: JSONInteger(Int64($0.effective.milliseconds)),
                relation: $0.relation.rawValue, ground: $0.ground?.rawValue,
                other: $0.other.map(Write.init),
                conflicts: $0.conflicts.suffix(Self.conflictsMax).map(Conflict.init))
        }
    }
}

extension HistoryDocument.Change {
    init(_ change: RowChange, by author: String, of table: TableSchema) {
        by = author
        kind = "\(change.kind)"
        puts = Dictionary(
            change.puts.map { (table.name(of: $0.field), JSONValue($0.value)) },
            uniquingKeysWith: { first, _ in first })
        adds = Dictionary(
            change.adds.map { (table.name(of: $0.field), JSONValue(.integer($0.delta))) },
            uniquingKeysWith: { first, _ in first })
        edits = Dictionary(
            change.edits.map { edit in
                (
                    table.name(of: edit.field),
                    HistoryDocument.Edit(
                        added: edit.added.map { JSONValue($0) },
                        removed: edit.removed.map { JSONValue($0) })
                )
            }, uniquingKeysWith: { first, _ in first })
    }
}

extension TableSchema {
    fileprivate func name(of field: FieldID) -> String {
        ordinal(of: field).map { fields[$0].name } ?? "#\(field)"
    }
}
