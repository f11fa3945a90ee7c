public import LynkCore

/// How far a device's own chain has come (Protocol/05-exchange.md): written, answered by a
/// receipt, and inside the last checkpoint. Pure.
public struct ChainProgress: Hashable, Sendable {
    /// Up to this sequence the chain has receipts: the next offer starts after it.
    public private(set) var answered: UInt64
    /// Up to this sequence the chain is inside the last checkpoint: the overlay is what follows.
    public private(set) var settled: UInt64
    /// The lane head that the last checkpoint named.
    public private(set) var head: ContentID?

    public init(answered: UInt64 = 0, settled: UInt64 = 0, head: ContentID? = nil) {
        self.answered = answered
        self.settled = settled
        self.head = head
    }

    /// Takes note of a receipt.
    public mutating func answer(_ sequence: UInt64) { answered = max(answered, sequence) }

    /// Offers everything again that is still kept: the hub lost what it had answered.
    public mutating func reoffer() { answered = 0 }

    /// Offers what is kept again from this sequence on: the hub gave its dot and lost it.
    public mutating func reoffer(from sequence: UInt64) { answered = min(answered, sequence - 1) }

    /// Takes back that anything is inside a checkpoint: the hub lost commits.
    public mutating func rollBack() {
        settled = 0
        head = nil
    }

    /// Takes note of a checkpoint: it includes what its lane head names and everything before, and
    /// every change set whose dot its vector contains. The second finds what a copy of this
    /// replica went on with: the lane's head is not one of ours then.
    ///
    /// - Parameters:
    ///   - sequence: the place of an own change set in the chain; `nil` for another's.
    ///   - hasDot: whether the change set at this place has a receipt with a contained dot.
    public mutating func settle(
        _ checkpoint: LaneHead?, sequence: (ContentID) throws -> UInt64?,
        hasDot: (UInt64) throws -> Bool
    ) rethrows {
        if let checkpoint, checkpoint.oid != head {
            settled = max(settled, try sequence(checkpoint.oid) ?? 0)
            head = checkpoint.oid
        }
        while settled < answered, try hasDot(settled + 1) { settled += 1 }
    }
}

extension Welcome {
    /// Whether the hub was restored since the last welcome, so that everything kept is to be
    /// offered from the beginning. What is kept may take several pushes, and a hub that waits for
    /// the last of it says `rollback` to each; another restore has begun an era that is new here.
    ///
    /// - Parameter wasTold: the welcome before this one said `rollback` too.
    package func isNewlyRolledBack(wasTold: Bool, _ eras: EraGraph) -> Bool {
        verdict == .rollback
            && (!wasTold || self.eras.contains { eras.records[$0.era] == nil })
    }
}
