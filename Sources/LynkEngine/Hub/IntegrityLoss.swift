import LynkCore

/// What a claim or a reference takes away: a whole row, the value of a field, or a delete.
///
/// Nobody loses anything silently, so each becomes a conflict that keeps what was taken.
struct Loss {
    let change: RowChange
    /// What wrote what is lost; zero for a delete, which its own stamp tells.
    let stamp: Stamp
    private let field: FieldID?
    private let value: Value
    private let policy: String

    private init(
        _ table: TableSchema, _ row: StampedRow, _ field: FieldSchema, isWholeRow: Bool,
        policy: String
    ) {
        self.policy = policy
        self.field = isWholeRow ? nil : field.id
        stamp = isWholeRow ? row.record.row : row.record[field.id]
        let written = table.ordinal(of: field.id).map { row.values[$0] } ?? .null
        // As for every presence, 1 stands for a row that is there.
        value = isWholeRow ? 1 : written
        change = RowChange(
            table: table.id, key: row.key, kind: isWholeRow ? .delete : .update,
            puts: isWholeRow ? [] : [.init(field.id, .null)])
    }

    /// A row that names a deleted one; a reference that restricts takes nothing away.
    init(
        _ table: TableSchema, _ row: StampedRow, _ field: FieldSchema,
        _ onDelete: Reference.OnDelete
    ) {
        self.init(
            table, row, field, isWholeRow: onDelete == .cascade,
            policy: "reference \(field.name) \(onDelete.rawValue)")
    }

    /// The later of two rows with one claim.
    init(_ table: TableSchema, _ row: StampedRow, _ field: FieldSchema, claim: UniqueSchema) {
        self.init(table, row, field, isWholeRow: false, policy: "unique \(claim.name)")
    }

    /// The delete of a row that another one keeps: the row comes back.
    init(restoring row: RowName, keptBy field: FieldSchema) {
        policy = "reference \(field.name) restrict"
        self.field = nil
        value = 1
        stamp = Stamp(era: 0, number: 0, effective: .zero, author: 0)
        change = RowChange(table: row.table, key: row.key, kind: .update)
    }

    /// What was just written loses to what stood before.
    func conflict(takenBefore winner: Stamp) -> Conflict {
        conflict(.currentWon, current: .null, winner, new: value, stamp)
    }

    /// What stood before loses to what was just written.
    func conflict(newlyTakenBy winner: Stamp) -> Conflict {
        conflict(.newWon, current: value, stamp, new: .null, winner)
    }

    /// A delete loses to a row that was there before and names what it deletes.
    func conflict(notTakenFor child: Stamp, by delete: Stamp) -> Conflict {
        conflict(.currentWon, current: value, child, new: .null, delete)
    }

    /// A delete that stood loses to a row that its author had written without knowing of it.
    func conflict(takenBackFrom delete: Stamp, by child: Stamp) -> Conflict {
        conflict(.newWon, current: .null, delete, new: value, child)
    }

    private func conflict(
        _ outcome: Conflict.Outcome, current: Value, _ currentStamp: Stamp, new: Value,
        _ newStamp: Stamp
    ) -> Conflict {
        Conflict(
            table: change.table, key: change.key, field: field, outcome: outcome, policy: policy,
            current: current, currentStamp: currentStamp, new: new, newStamp: newStamp)
    }
}
