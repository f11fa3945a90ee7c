package import LynkCore

extension StoredConflict {
    /// As devices and people are told of it.
    package func record(_ reads: some HubReads) throws -> ConflictRecord {
        let (currentEra, currentLane) = try reads.names(of: conflict.currentStamp)
        let (newEra, newLane) = try reads.names(of: conflict.newStamp)
        return ConflictRecord(
            position: position, table: conflict.table, key: conflict.key,
            field: conflict.field, policy: conflict.policy, outcome: conflict.outcome.told,
            base: conflict.base,
            current: ConflictRecord.Side(
                value: conflict.current,
                dot: Dot(era: currentEra, number: conflict.currentStamp.number),
                author: currentLane, effective: conflict.currentStamp.effective),
            new: ConflictRecord.Side(
                value: conflict.new, dot: Dot(era: newEra, number: conflict.newStamp.number),
                author: newLane, effective: conflict.newStamp.effective),
            oid: newOID)
    }
}

extension Conflict.Outcome {
    fileprivate var told: ConflictRecord.Outcome {
        switch self {
        case .newWon: .newWon
        case .currentWon: .currentWon
        case .combined: .combined
        case .refused: .refused
        }
    }
}
