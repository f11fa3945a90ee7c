import LynkCore
import TestSupport
import Testing

@testable import LynkClient

@Suite("What the loop decides about live answers")
struct LiveLoopTests {
    private func machine() -> SyncLoopMachine { SyncLoopMachine(pollInterval: .seconds(30)) }

    private func expect(
        _ machine: inout SyncLoopMachine, _ now: Duration, _ mode: PullMode,
        sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let asked = machine.started(now: now)
        #expect(asked == mode, sourceLocation: sourceLocation)
    }

    @Test("A live answer that lasted is asked for again at once")
    func lasted() {
        var machine = machine()
        expect(&machine, .seconds(1), .live)
        machine.answered()
        machine.live(now: .seconds(2))
        #expect(machine.state == .live)
        machine.live(now: .seconds(600))
        let pause = machine.liveEnded(now: .seconds(601), chance: .max)
        #expect(pause == .init(duration: .zero, isWakeable: true))
        expect(&machine, .seconds(601), .live)
    }

    @Test("Live answers that end at once give way to polling, and are tried again later")
    func noRoom() {
        var machine = machine()
        var pauses: [Duration] = []
        for second in 1...3 {
            expect(&machine, .seconds(second), .live)
            machine.live(now: .seconds(second))
            pauses.append(machine.liveEnded(now: .seconds(second), chance: 500).duration)
        }
        #expect(pauses == [.milliseconds(500), .milliseconds(500), .seconds(30)])
        #expect(machine.state == .idle)
        expect(&machine, .seconds(4), .once)
        expect(&machine, .seconds(902), .once)
        expect(&machine, .seconds(903), .live)
    }

    @Test("Silence before the first checkpoint is a proxy that holds answers back")
    func heldBack() {
        var machine = machine()
        for _ in 1...3 {
            expect(&machine, .seconds(1), .live)
            _ = machine.failed(Problem(.timedOut), asked: nil, chance: 0, now: .seconds(1))
        }
        expect(&machine, .seconds(2), .once)

        var broken = self.machine()
        for second in 1...9 {
            expect(&broken, .seconds(second), .live)
            broken.live(now: .seconds(second))
            _ = broken.failed(Problem(.timedOut), asked: nil, chance: 0, now: .seconds(second))
        }
    }

    @Test("Six seconds between polls while somebody uses the device, thirty otherwise")
    func activity() {
        var machine = SyncLoopMachine(pollInterval: .seconds(30), prefersLive: false)
        expect(&machine, .zero, .once)
        #expect(machine.succeeded(now: .zero).duration == .seconds(30))
        let looks = (machine.active(now: .seconds(10)), machine.active(now: .seconds(11)))
        #expect(looks == (true, false))
        #expect(machine.succeeded(now: .seconds(12)).duration == .seconds(6))
        #expect(machine.succeeded(now: .seconds(310)).duration == .seconds(6))
        #expect(machine.succeeded(now: .seconds(311)).duration == .seconds(30))
        let again = machine.active(now: .seconds(400))
        #expect(again)
    }
}

@Suite("Honest progress")
struct CatchUpProgressTests {
    private enum Step: CaseIterable { case none, few, many, negative, done }

    @Test("Whatever arrives, in any order: never above 1, never back, 1 only at the checkpoint")
    func laws() {
        for expected: Int64 in [-1, 0, 1, 10, .max] {
            for first in Step.allCases {
                for second in Step.allCases {
                    for third in Step.allCases {
                        for fourth in Step.allCases {
                            check(expected, [first, second, third, fourth])
                        }
                    }
                }
            }
        }
    }

    private func check(_ expected: Int64, _ steps: [Step]) {
        var progress = CatchUpProgress()
        progress.began(expecting: expected)
        var last = progress.fraction
        #expect(last == 0)
        var isDone = false
        let total = progress.rowsExpected
        for step in steps {
            switch step {
            case .none: progress.received(rows: 0, bytes: 0)
            case .few: progress.received(rows: 4, bytes: 100)
            case .many: progress.received(rows: 1_000_000, bytes: 1)
            case .negative: progress.received(rows: -5, bytes: 1)
            case .done:
                progress.completed()
                isDone = true
            }
            #expect(progress.fraction >= last && progress.fraction <= 1)
            #expect((progress.fraction == 1) == isDone)
            #expect(progress.rowsReceived <= progress.rowsExpected)
            #expect(progress.rowsExpected == total)
            last = progress.fraction
        }
    }

    @Test("Random totals and pieces, the largest too", arguments: 0..<50 as Range<UInt64>)
    func random(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func size(_ random: inout SeededGenerator) -> Int64 {
            Int64.random(in: .min ... .max, using: &random)
                >> Int64.random(in: 0...63, using: &random)
        }
        let watched = SyncProgress(pollInterval: .seconds(30), prefersLive: true)
        for _ in 0..<40 {
            var progress = CatchUpProgress()
            progress.began(expecting: size(&random))
            watched.caughtUp(to: progress)
            let total = progress.rowsExpected
            var (last, isDone, bytes) = (0.0, false, Int64(0))
            for _ in 0..<Int.random(in: 0..<30, using: &random) {
                if Int.random(in: 0..<20, using: &random) == 0 {
                    progress.completed()
                    isDone = true
                } else {
                    progress.received(rows: Int(size(&random)), bytes: Int(size(&random)))
                }
                watched.caughtUp(to: progress)
                let shown = watched.catchUp
                #expect(shown.fraction >= last && shown.fraction <= 1)
                #expect((shown.fraction == 1) == isDone)
                #expect(shown.rowsReceived <= total && shown.rowsExpected == total)
                #expect(shown.bytesReceived >= bytes)
                (last, bytes) = (shown.fraction, shown.bytesReceived)
            }
        }
    }
}
