import Foundation
import Logging
import LynkCore
import LynkEngine
import Testing

@testable import LynkServer

struct CommitQueueTests {
    private let logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() }
    private let tenant = TenantID(high: 0, low: 2)

    private func push(_ count: Int, received: Int64 = 0) -> Push {
        Push(
            principal: Principal(
                tenant: tenant, device: DeviceID(high: 1, low: 1), user: UserID(high: 1, low: 1),
                role: "admin"),
            lane: LaneID(high: 1, low: 1), publicKey: nil,
            upload: ClockReading(
                wallMilliseconds: 0, bootID: BootID(high: 0, low: 0), bootMilliseconds: 0),
            receivedMilliseconds: received,
            work: .changes(
                Array(
                    repeating: RowChange(table: 1, key: RowKey(high: 0, low: 0), kind: .insert),
                    count: count), Intent(name: "test")))
    }

    /// Waits, without sleeping, until a queue has so many pushes waiting.
    private func until(_ queue: CommitQueue, has count: Int) async {
        while queue.waitingCount != count { await Task.yield() }
    }

    /// One push that is being committed and cannot end before the gate opens.
    private func blocked(
        _ queue: CommitQueue, _ store: FakeTenantStore, _ gate: DispatchSemaphore
    ) async -> Task<PushAnswer, any Error> {
        store.with { $0.gate = gate }
        let first = Task { try await queue.push(push(1), to: store) }
        while store.with({ $0.groups.isEmpty }) { await Task.yield() }
        return first
    }

    @Test func whatArrivesDuringACommitIsCommittedTogether() async throws {
        let queue = CommitQueue(logger: logger)
        let (store, gate) = (FakeTenantStore(tenant), DispatchSemaphore(value: 0))
        let first = await blocked(queue, store, gate)
        var tasks: [Task<PushAnswer, any Error>] = []
        for size in 2...20 {
            tasks.append(
                Task { try await queue.push(push(size, received: Int64(size)), to: store) })
            await until(queue, has: size - 1)
        }
        gate.signal()
        gate.signal()
        _ = try await first.value
        for (size, task) in zip(2..., tasks) {
            let answer = try await task.value
            #expect(answer.receipts.first?.effective.milliseconds == Int64(size))
        }
        #expect(store.with { $0.groups } == [[1], Array(2...20)])
        await queue.stop()
    }

    @Test func tenantsOfOneThreadAreGroupedApart() async throws {
        let queue = CommitQueue(threads: 1, logger: logger)
        let (store, gate) = (FakeTenantStore(tenant), DispatchSemaphore(value: 0))
        let other = FakeTenantStore(TenantID(high: 0, low: 3))
        let first = await blocked(queue, store, gate)
        var tasks: [Task<PushAnswer, any Error>] = []
        for size in 2...7 {
            let target = size.isMultiple(of: 2) ? store : other
            tasks.append(Task { try await queue.push(push(size), to: target) })
            await until(queue, has: size - 1)
        }
        gate.signal()
        gate.signal()
        for task in [first] + tasks { _ = try await task.value }
        #expect(store.with { $0.groups } == [[1], [2, 4, 6]])
        #expect(other.with { $0.groups } == [[3, 5, 7]])
        await queue.stop()
    }

    @Test func aFailureIsOnlyItsOwnGroups() async throws {
        let queue = CommitQueue(threads: 1, logger: logger)
        let (good, bad) = (FakeTenantStore(tenant), FakeTenantStore(TenantID(high: 0, low: 3)))
        bad.with { $0.commitFailure = Problem(.storeBusy, "locked") }
        await #expect(throws: Problem(.storeBusy, "locked")) {
            try await queue.push(push(1), to: bad)
        }
        #expect(try await queue.push(push(1), to: good).receipts.count == 1)
        bad.with { $0.commitFailure = nil }
        #expect(try await queue.push(push(1), to: bad).receipts.count == 1)
        await queue.stop()
    }

    @Test func aFullQueueRefusesAndRecovers() async throws {
        var bounds = CommitQueue.Bounds()
        bounds.pushesMax = 3
        let queue = CommitQueue(bounds: bounds, logger: logger)
        let (store, gate) = (FakeTenantStore(tenant), DispatchSemaphore(value: 0))
        let first = await blocked(queue, store, gate)
        var tasks: [Task<PushAnswer, any Error>] = []
        for count in 1...3 {
            tasks.append(Task { try await queue.push(push(1), to: store) })
            await until(queue, has: count)
        }
        await #expect(throws: Problem(.overloaded, "3 pushes are waiting")) {
            try await queue.push(push(1), to: store)
        }
        gate.signal()
        gate.signal()
        for task in [first] + tasks { #expect(try await task.value.receipts.count == 1) }
        gate.signal()
        #expect(try await queue.push(push(1), to: store).receipts.count == 1)
        await queue.stop()
    }

    @Test func bytesAreBoundedButOnePushIsAlwaysTaken() async throws {
        var bounds = CommitQueue.Bounds()
        bounds.bytesMax = 100
        let queue = CommitQueue(bounds: bounds, logger: logger)
        let (store, gate) = (FakeTenantStore(tenant), DispatchSemaphore(value: 0))
        let first = await blocked(queue, store, gate)
        let second = Task { try await queue.push(push(1), to: store) }
        await until(queue, has: 1)
        await #expect(throws: Problem(.overloaded, "1 pushes are waiting")) {
            try await queue.push(push(1), to: store)
        }
        gate.signal()
        gate.signal()
        _ = try await (first.value, second.value)
        await queue.stop()
    }

    @Test func stoppingCommitsWhatWaitsAndRefusesTheRest() async throws {
        let queue = CommitQueue(logger: logger)
        let (store, gate) = (FakeTenantStore(tenant), DispatchSemaphore(value: 0))
        let first = await blocked(queue, store, gate)
        let second = Task { try await queue.push(push(1), to: store) }
        await until(queue, has: 1)
        gate.signal()
        gate.signal()
        await queue.stop()
        #expect(try await first.value.receipts.count == 1)
        #expect(try await second.value.receipts.count == 1)
        await #expect(throws: Problem(.overloaded, "the server is stopping")) {
            try await queue.push(push(1), to: store)
        }
        await queue.stop()
    }
}
