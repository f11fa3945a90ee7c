import LynkCore

extension Admission {
    /// What became of a change set's content.
    struct Outcome {
        var disposition: Disposition
        var problem: Problem?
        var conflicts: UInt32 = 0
        var consequences: [RowChange] = []
        /// Rows that it refers to, and whose births it waits for.
        var awaited: [RowName] = []
    }

    /// Judges a change set and merges it with all that follows from it, or nothing at all.
    ///
    /// - Parameter isForced: an operator lets it pass whatever the application says.
    func apply(
        _ submission: Submission, at slot: CommitSlot, isForced: Bool = false,
        in transaction: HubTransaction<some HubStorage>
    ) throws -> Outcome {
        if let flaw = submission.sealed.flaw {
            return Outcome(disposition: .quarantined, problem: flaw)
        }
        if let problem = try replacement(submission.sealed, in: transaction) {
            return Outcome(disposition: .quarantined, problem: problem)
        }
        var submission = submission
        var outcome = try judge(submission, isForced: isForced, in: transaction)
        guard outcome.disposition.isApplied else { return outcome }
        do {
            outcome.consequences = try transaction.savepoint {
                submission.conflicts = try transaction.merge(
                    submission.changes, by: submission.writer, at: slot)
                let derived = try application.consequences(of: submission, in: transaction)
                let hub = try transaction.hubWriter(
                    for: submission.sealed, at: slot, effective: submission.effective)
                _ = try transaction.merge(derived, by: hub, at: slot)
                let settled = try transaction.settle(submission.writer, by: hub, at: slot)
                submission.conflicts += settled.conflicts
                if let problem = settled.problem {
                    outcome.disposition = .held
                    outcome.problem = outcome.problem ?? problem
                }
                return derived + settled.changes
            }
            try endLineage(of: submission.sealed, in: transaction)
            outcome.conflicts = UInt32(submission.conflicts.count)
            if outcome.conflicts > 0, outcome.disposition == .accepted {
                outcome.disposition = .merged
            }
            return outcome
        } catch let problem as Problem where problem.code == .rowReferenced {
            return Outcome(disposition: .rejected, problem: problem)
        } catch let problem as Problem where !problem.code.isTransient {
            return Outcome(disposition: .quarantined, problem: problem)
        }
    }

    /// A rule that fails is poison for its own change set only.
    private func judge(
        _ submission: Submission, isForced: Bool, in transaction: HubTransaction<some HubStorage>
    ) throws -> Outcome {
        do {
            if let problem = try ChangeCheck.problem(
                submission.changes, schema: application.schema, in: transaction,
                isDeleted: { try transaction.isDeleted($0, $1) },
                unborn: { try transaction.unborn($0, for: submission) },
                absent: { try transaction.absence(of: $0, from: submission.sealed.content) })
            {
                return Outcome(disposition: .quarantined, problem: problem)
            }
            if isForced {
                let flaw = try application.flaw(in: submission, in: transaction)
                return Outcome(disposition: flaw == nil ? .accepted : .quarantined, problem: flaw)
            }
            return try outcome(
                of: application.judge(submission, in: transaction),
                on: submission.sealed.content, in: transaction)
        } catch let problem as Problem where !problem.code.isTransient {
            return Outcome(disposition: .quarantined, problem: problem)
        }
    }

    private func outcome(
        of verdict: Verdict, on content: ChangeSet, in transaction: HubTransaction<some HubStorage>
    ) throws -> Outcome {
        switch verdict {
        case .accept: return Outcome(disposition: .accepted)
        case .hold(let problem): return Outcome(disposition: .held, problem: problem)
        case .reject(let problem): return Outcome(disposition: .rejected, problem: problem)
        case .quarantine(let problem):
            return Outcome(disposition: .quarantined, problem: problem)
        case .absent(let rows, let otherwise):
            for row in rows {
                let problem = try transaction.absence(of: row, from: content)
                if problem.code == .waitingForBirth {
                    return Outcome(disposition: .quarantined, problem: problem, awaited: rows)
                }
            }
            return try outcome(of: otherwise, on: content, in: transaction)
        }
    }
}
