import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// Something that just happened in a world, as checkers are told of it.
enum Moment {
    /// A local transaction returned; with the rows that it edited.
    case wrote(SimulatedDevice, Truth.Written)
    /// The hub has dealt with a push, of whatever copy of the request.
    case pushed(SimulatedDevice, SyncRequest, PushAnswer)
    /// The hub made commits.
    case committed([Commit])
    /// Bytes of an answer are on their way to a device.
    case sent(Conversation, HubAnswer, [UInt8])
    /// A device took a part of an answer.
    case took(SimulatedDevice, Conversation, AnswerReceiver.Event)
    /// The hub's file was replaced; these commits are gone with it.
    case hubReplaced(lost: [Commit])
    /// An event has been dealt with.
    case stepped
    /// Everything is at rest.
    case rested
}

/// One invariant, decided by who knows everything.
protocol Checker: AnyObject {
    /// As reports and the command line name it.
    static var name: String { get }
    /// As the list of invariants names it.
    static var invariant: String { get }
    init()
    /// - Throws: ``Breach``.
    func check(_ moment: Moment, in world: World) throws
}

extension Checker {
    func breach(_ what: String, device: SimulatedDevice? = nil) -> Breach {
        Breach(Self.name, Self.invariant, what, device: device?.slot)
    }
}

/// Every checker there is.
enum Checkers {
    static var all: [any Checker.Type] {
        [
            NothingVanishes.self, LogOnlyGrows.self, UniqueDots.self, EffectsOnce.self,
            OneReceipt.self, AtomicSight.self, CausesBeforeEffects.self, NoFalseOrder.self,
            NoMissedOrder.self, EffectiveTimeBounds.self, NoResurrection.self, OwnScopesOnly.self,
            EqualDigests.self, BoundedVectors.self, NeverBackward.self, OwnWritesVisible.self,
            HonestProgress.self, OnlyWritten.self, DefinitionHolds.self, Convergence.self,
            Drains.self, DurableSurvives.self, OneChain.self, PredecessorsFirst.self,
            SpentTokens.self, ChainOfHashes.self, ForgeriesDoNothing.self, VerdictsHold.self,
            ReceiptsOfCommits.self, FloorWaits.self, FactsStay.self, UniqueClaims.self,
            ReferencesHold.self, NothingLostSilently.self, ConflictsArrive.self,
            AnswersMoveNothing.self, WaitingEnds.self, ScopesOfTheCut.self,
            NoConflictWithOneself.self,
        ]
    }
}
