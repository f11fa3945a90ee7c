import LynkCore
import LynkWire

/// The device's side of one exchange (Protocol/05-exchange.md): a welcome, then receipts, pages,
/// conflicts and proofs in any order, then a checkpoint. In the mode `once` that ends it; in the
/// mode `live` more of the same follows, each time up to a checkpoint. Pure.
struct ExchangeMachine: Hashable, Sendable {
    enum State: Hashable, Sendable {
        case awaitingWelcome
        /// The welcome offered snapshots: receipts may come, and then the exchange is complete
        /// without a checkpoint.
        case offered
        /// What has come since the last checkpoint is not applied yet.
        case streaming
        /// A checkpoint has come and nothing after it: the stream may end here, or go on.
        case caughtUp
        /// The one checkpoint of the mode `once` has come: the exchange is complete.
        case finished
        /// The hub broke it off, or the answer is not one of a hub.
        case aborted
    }

    /// What to do about a frame.
    enum Action: Hashable, Sendable {
        case begin(Welcome)
        case record([Receipt])
        case stage([UInt8])
        case apply(Checkpoint)
        case keepConflicts([ConflictRecord])
        case keepProof(ReceiptProof)
        case abort(Problem)
    }

    private(set) var state = State.awaitingWelcome
    private let mode: PullMode
    private let takesSnapshots: Bool
    /// Receipts that no proof has covered yet.
    private var unproven: [ReceiptProof.Entry] = []

    init(mode: PullMode = .once, takesSnapshots: Bool = false) {
        self.mode = mode
        self.takesSnapshots = takesSnapshots
    }

    mutating func receive(_ frame: ResponseFrame) -> Action {
        switch (state, frame) {
        case (.aborted, _), (.finished, _):
            return abort(Problem(.responseInvalid, "\(frame.name) after the end"))
        case (_, .problem(let problem)):
            return abort(problem)
        case (.awaitingWelcome, .welcome(let welcome)):
            guard welcome.protocolVersion == Hello.protocolVersion else {
                return abort(
                    Problem(
                        .protocolUnsupported,
                        "the hub speaks version \(welcome.protocolVersion)"))
            }
            guard welcome.snapshots.isEmpty || takesSnapshots else {
                return abort(Problem(.responseInvalid, "snapshots that were not asked for"))
            }
            state = welcome.snapshots.isEmpty ? .streaming : .offered
            return .begin(welcome)
        case (.awaitingWelcome, _):
            return abort(Problem(.responseInvalid, "\(frame.name) before the welcome"))
        case (.offered, .receipts), (.offered, .proof):
            return take(frame)
        case (.offered, _):
            return abort(Problem(.responseInvalid, "\(frame.name) after an offer of snapshots"))
        case (.streaming, .welcome), (.caughtUp, .welcome):
            return abort(Problem(.responseInvalid, "a second welcome"))
        case (.streaming, _), (.caughtUp, _):
            return take(frame)
        }
    }

    /// A frame after the welcome.
    private mutating func take(_ frame: ResponseFrame) -> Action {
        if state != .offered { state = .streaming }
        switch frame {
        case .receipts(let receipts):
            unproven += receipts.map { ReceiptProof.Entry($0) }
            return .record(receipts)
        case .proof(let signature):
            defer { unproven = [] }
            return .keepProof(ReceiptProof(entries: unproven, signature: signature))
        case .page(let payload):
            return .stage(payload)
        case .conflicts(let conflicts):
            return .keepConflicts(conflicts)
        case .checkpoint(let checkpoint):
            state = mode == .live ? .caughtUp : .finished
            return .apply(checkpoint)
        case .welcome, .problem:
            return abort(Problem(.responseInvalid, "\(frame.name) out of place"))
        }
    }

    /// The answer has ended.
    ///
    /// - Returns: why the exchange is not complete; what was recorded and staged stays.
    func end() -> Problem? {
        switch state {
        case .finished, .caughtUp, .offered, .aborted: nil
        case .awaitingWelcome: Problem(.responseInvalid, "the answer is empty")
        case .streaming: Problem(.unreachable, "the answer broke off before its checkpoint")
        }
    }

    private mutating func abort(_ problem: Problem) -> Action {
        state = .aborted
        return .abort(problem)
    }
}

extension ResponseFrame {
    /// For a message to people.
    fileprivate var name: String {
        switch self {
        case .welcome: "a welcome"
        case .receipts: "receipts"
        case .page: "a page"
        case .checkpoint: "a checkpoint"
        case .problem: "a problem"
        case .conflicts: "conflicts"
        case .proof: "a proof"
        }
    }
}
