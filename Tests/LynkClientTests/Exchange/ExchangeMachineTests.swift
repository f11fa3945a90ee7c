import LynkCore
import LynkWire
import Testing

@testable import LynkClient

/// What arrives in a state, and where it leads.
struct ExchangeStep: Sendable, CustomTestStringConvertible {
    let why: String
    let before: [ResponseFrame]
    let frame: ResponseFrame
    let action: ExchangeMachine.Action
    let after: ExchangeMachine.State

    var testDescription: String { why }
}

@Suite("One exchange, as the device reads it")
struct ExchangeMachineTests {
    static let welcome = ResponseFrame.welcome(Fixture.welcome())
    static let receipts = ResponseFrame.receipts([
        Fixture.receipt(Fixture.changeSet(after: nil).oid)
    ])
    static let page = ResponseFrame.page([1, 2, 3])
    static let checkpoint = ResponseFrame.checkpoint(Fixture.checkpoint)
    static let problem = Problem(.storeBusy, "one moment")

    static func invalid(_ detail: String) -> ExchangeMachine.Action {
        .abort(Problem(.responseInvalid, detail))
    }

    static let rows = [
        ExchangeStep(
            why: "the welcome comes first", before: [], frame: welcome,
            action: .begin(Fixture.welcome()), after: .streaming),
        ExchangeStep(
            why: "receipts need a welcome", before: [], frame: receipts,
            action: invalid("receipts before the welcome"), after: .aborted),
        ExchangeStep(
            why: "pages need a welcome", before: [], frame: page,
            action: invalid("a page before the welcome"), after: .aborted),
        ExchangeStep(
            why: "a checkpoint needs a welcome", before: [], frame: checkpoint,
            action: invalid("a checkpoint before the welcome"), after: .aborted),
        ExchangeStep(
            why: "a problem may come at once", before: [], frame: .problem(problem),
            action: .abort(problem), after: .aborted),
        ExchangeStep(
            why: "another version is not read on", before: [],
            frame: .welcome(Fixture.welcome(version: 2)),
            action: .abort(Problem(.protocolUnsupported, "the hub speaks version 2")),
            after: .aborted),
        ExchangeStep(
            why: "one welcome is enough", before: [welcome], frame: welcome,
            action: invalid("a second welcome"), after: .aborted),
        ExchangeStep(
            why: "receipts after pages", before: [welcome, page], frame: receipts,
            action: .record([Fixture.receipt(Fixture.changeSet(after: nil).oid)]),
            after: .streaming),
        ExchangeStep(
            why: "pages after receipts", before: [welcome, receipts], frame: page,
            action: .stage([1, 2, 3]), after: .streaming),
        ExchangeStep(
            why: "a checkpoint ends it", before: [welcome, page], frame: checkpoint,
            action: .apply(Fixture.checkpoint), after: .finished),
        ExchangeStep(
            why: "a problem may interrupt it", before: [welcome, page],
            frame: .problem(problem), action: .abort(problem), after: .aborted),
        ExchangeStep(
            why: "nothing after the checkpoint", before: [welcome, checkpoint], frame: page,
            action: invalid("a page after the end"), after: .aborted),
        ExchangeStep(
            why: "nothing after a problem", before: [.problem(problem)], frame: welcome,
            action: invalid("a welcome after the end"), after: .aborted),
    ]

    @Test("Each frame in each state", arguments: rows)
    func frame(_ row: ExchangeStep) {
        var machine = ExchangeMachine()
        for frame in row.before { _ = machine.receive(frame) }
        #expect(machine.receive(row.frame) == row.action)
        #expect(machine.state == row.after)
    }

    static let conflicts = ResponseFrame.conflicts([])
    static let signature = [UInt8](repeating: 9, count: 64)

    @Test("Conflicts and proofs are kept while the answer streams, and only then")
    func later() {
        for frame in [Self.conflicts, .proof(Self.signature)] {
            var early = ExchangeMachine()
            guard case .abort = early.receive(frame) else {
                Issue.record("taken before the welcome")
                continue
            }
            var late = ExchangeMachine()
            for before in [Self.welcome, Self.checkpoint] { _ = late.receive(before) }
            guard case .abort = late.receive(frame) else {
                Issue.record("taken after the end")
                continue
            }
        }
        var machine = ExchangeMachine()
        _ = machine.receive(Self.welcome)
        #expect(machine.receive(Self.conflicts) == .keepConflicts([]))
        #expect(machine.state == .streaming)
    }

    @Test("A proof covers the receipts since the welcome, or since the proof before")
    func proofs() {
        let receipts = (0..<3).map { number in
            Fixture.receipt(ContentID(hashing: [UInt8(number)]))
        }
        var machine = ExchangeMachine(mode: .live)
        let frames: [ResponseFrame] = [
            Self.welcome, .receipts(Array(receipts[..<1])), .receipts(Array(receipts[1..<2])),
        ]
        for frame in frames { _ = machine.receive(frame) }
        func kept(_ receipts: ArraySlice<Receipt>) -> ExchangeMachine.Action {
            .keepProof(
                ReceiptProof(
                    entries: receipts.map { ReceiptProof.Entry($0) }, signature: Self.signature))
        }
        #expect(machine.receive(.proof(Self.signature)) == kept(receipts[..<2]))
        _ = machine.receive(Self.checkpoint)
        _ = machine.receive(.receipts(Array(receipts[2...])))
        #expect(machine.receive(.proof(Self.signature)) == kept(receipts[2...]))
        #expect(machine.receive(.proof(Self.signature)) == kept([]))
    }

    // hub:   welcome  page  checkpoint | page  checkpoint | receipts ✕
    // ends:  no       no    yes        | no    yes        | no
    @Test("A live answer goes on after its checkpoint, and may end after any of them")
    func live() {
        var machine = ExchangeMachine(mode: .live)
        let broken = Problem(.unreachable, "the answer broke off before its checkpoint")
        let steps: [(ResponseFrame, ExchangeMachine.State, Problem?)] = [
            (Self.welcome, .streaming, broken), (Self.page, .streaming, broken),
            (Self.checkpoint, .caughtUp, nil), (Self.page, .streaming, broken),
            (Self.conflicts, .streaming, broken), (Self.checkpoint, .caughtUp, nil),
            (Self.checkpoint, .caughtUp, nil), (Self.receipts, .streaming, broken),
        ]
        for (frame, state, end) in steps {
            if case .abort(let problem) = machine.receive(frame) { Issue.record("\(problem)") }
            #expect(machine.state == state)
            #expect(machine.end() == end)
        }
        #expect(machine.receive(Self.welcome) == Self.invalid("a second welcome"))
        #expect(machine.state == .aborted)
    }

    @Test("Only a checkpoint makes an answer complete")
    func ends() {
        var machine = ExchangeMachine()
        #expect(machine.end() == Problem(.responseInvalid, "the answer is empty"))
        _ = machine.receive(Self.welcome)
        #expect(
            machine.end() == Problem(.unreachable, "the answer broke off before its checkpoint"))
        _ = machine.receive(Self.checkpoint)
        #expect(machine.end() == nil)
    }

    @Test("After any three frames, at most one checkpoint was applied and none without a welcome")
    func laws() {
        let kinds = [
            Self.welcome, Self.receipts, Self.page, Self.checkpoint, .problem(Self.problem),
        ]
        for first in kinds {
            for second in kinds {
                for third in kinds {
                    var machine = ExchangeMachine()
                    let actions = [first, second, third].map { machine.receive($0) }
                    let applied = actions.count { if case .apply = $0 { true } else { false } }
                    let begun = actions.count { if case .begin = $0 { true } else { false } }
                    #expect(applied <= begun && begun <= 1)
                    let isComplete = machine.end() == nil
                    #expect(isComplete == (machine.state == .finished || machine.state == .aborted))
                }
            }
        }
    }
}
