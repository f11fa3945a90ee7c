import LynkCore
import LynkWire

/// The device's side of one exchange (Protocol/05-exchange.md): a welcome, then receipts and pages
/// in any order, then a checkpoint, and nothing after it. Pure.
struct ExchangeMachine: Hashable, Sendable {
    enum State: Hashable, Sendable {
        case awaitingWelcome
        case streaming
        /// The checkpoint has come: the exchange is complete.
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
        case abort(Problem)
    }

    private(set) var state = State.awaitingWelcome

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
            state = .streaming
            return .begin(welcome)
        case (.streaming, .receipts(let receipts)):
            return .record(receipts)
        case (.streaming, .page(let payload)):
            return .stage(payload)
        case (.streaming, .checkpoint(let checkpoint)):
            state = .finished
            return .apply(checkpoint)
        case (.awaitingWelcome, _):
            return abort(Problem(.responseInvalid, "\(frame.name) before the welcome"))
        case (.streaming, .welcome):
            return abort(Problem(.responseInvalid, "a second welcome"))
        }
    }

    /// The answer has ended.
    ///
    /// - Returns: why the exchange is not complete; what was recorded and staged stays.
    func end() -> Problem? {
        switch state {
        case .finished, .aborted: nil
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
        }
    }
}
