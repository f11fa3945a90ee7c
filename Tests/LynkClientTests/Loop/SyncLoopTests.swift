import LynkCore
import Testing

@testable import LynkClient

@Suite("The loop, in virtual time")
struct SyncLoopTests {
    private func run(
        _ script: [ScriptedHub.Exchange], sleeps: Int, chance: UInt64 = 500
    ) async -> (sleeps: [Duration], state: SyncState, replica: InMemoryReplica) {
        let replica = InMemoryReplica()
        replica.write(1)
        let pacing = VirtualPacing(sleeps: sleeps, chance: chance)
        let client = SyncClient(
            replica: replica, transport: ScriptedHub(script).transport(),
            pacing: pacing.pacing)
        let loop = Task { await client.run() }
        await pacing.restReached()
        let state = client.state
        loop.cancel()
        await loop.value
        #expect(client.state == .offline)
        return (pacing.sleeps, state, replica)
    }

    @Test("It tries again with growing ranges, then rests at the poll interval")
    func recovers() async {
        let dead = ScriptedHub.Exchange.raw(.failure(Problem(.unreachable)))
        let result = await run([dead, dead, dead], sleeps: 3, chance: 3500)
        // 3500 falls on 3500 mod 1001, 2001 and 4001.
        #expect(
            result.sleeps == [
                .milliseconds(497), .milliseconds(1499), .milliseconds(3500), .seconds(30),
            ])
        #expect(result.state == .idle)
        #expect(result.replica.outboxCount == 0)
    }

    @Test("Retry-After is honoured")
    func retryAfter() async {
        let busy = ScriptedHub.Exchange.refused(
            Problem(.overloaded), status: 503, retryAfter: 7)
        let result = await run([busy], sleeps: 1)
        #expect(result.sleeps == [.milliseconds(7500), .seconds(30)])
    }

    @Test("What only people can mend blocks the loop, visibly, and is looked at now and then")
    func blocked() async {
        let revoked = Problem(.deviceRevoked, "lost in the train")
        let result = await run([.refused(revoked, status: 403)], sleeps: 0)
        #expect(result.sleeps == [.seconds(900)])
        #expect(result.state == .blocked(revoked))
        #expect(result.replica.outboxCount == 1)
    }

    @Test("Waking it ends a pause")
    func wake() async {
        let replica = InMemoryReplica()
        let pacing = VirtualPacing(sleeps: 0, chance: 0)
        let client = SyncClient(
            replica: replica, transport: ScriptedHub().transport(), pacing: pacing.pacing)
        var states = client.states().makeAsyncIterator()
        let loop = Task { await client.run() }
        await pacing.restReached()
        replica.write(1)
        client.wake()
        var seen: [SyncState] = []
        while seen.count(where: { $0 == .idle }) < 2, let state = await states.next() {
            seen.append(state)
        }
        #expect(
            seen == [
                .offline, .connecting, .catchingUp, .idle, .connecting, .catchingUp, .idle,
            ])
        #expect(replica.outboxCount == 0)
        loop.cancel()
        await loop.value
    }
}

@Suite("What the loop decides")
struct SyncLoopMachineTests {
    @Test("Every problem either is repeated within thirty seconds or waits for people")
    func everyProblem() {
        for code in ProblemCode.allCases {
            var machine = SyncLoopMachine(pollInterval: .seconds(30))
            machine.started()
            let pause = machine.failed(Problem(code), asked: nil, chance: .max)
            switch machine.state {
            case .offline: #expect(pause.duration <= .seconds(30))
            case .blocked(let problem):
                #expect(problem == Problem(code) && !code.isTransient)
                #expect(pause == .init(duration: .seconds(900), isWakeable: true))
            default: Issue.record("\(code) leads to \(machine.state)")
            }
        }
    }

    @Test("A wait that the hub asked for is not cut short")
    func askedWait() {
        var machine = SyncLoopMachine(pollInterval: .seconds(30))
        let pause = machine.failed(Problem(.overloaded), asked: .seconds(2), chance: 0)
        #expect(pause == .init(duration: .seconds(2), isWakeable: false))
    }
}
