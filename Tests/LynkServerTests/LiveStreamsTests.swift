import LynkCore
import Testing

@testable import LynkServer

/// Who is woken by what, and who has no place.
struct LiveStreamsTests {
    private let tenant = TenantID(high: 1, low: 1)
    private let device = DeviceID(high: 2, low: 2)

    @Test func aHundredCommitsAreOneWake() async throws {
        let streams = LiveStreams()
        let stream = try #require(streams.open(tenant, device))
        let other = try #require(streams.open(TenantID(high: 9, low: 9), device))
        for _ in 0..<100 { streams.committed(tenant) }
        streams.beat(turn: stream.turn)
        streams.beat(turn: other.turn)
        #expect(await stream.next() == .committed)
        #expect(await other.next() == .beat)
        // A commit shows that the line lives as well as a beat does.
        streams.beat(turn: stream.turn)
        #expect(await stream.next() == .beat)
    }

    @Test func aWaiterIsWokenByWhatComesLater() async throws {
        let streams = LiveStreams()
        let stream = try #require(streams.open(tenant, device))
        async let wake = stream.next()
        await Task.yield()
        streams.committed(tenant)
        #expect(await wake == .committed)
        let cancelled = Task { await stream.next() }
        cancelled.cancel()
        #expect(await cancelled.value == .ended)
    }

    @Test func anEndIsFinalAndComesFirst() async throws {
        let streams = LiveStreams()
        let stream = try #require(streams.open(tenant, device))
        streams.committed(tenant)
        streams.end(device)
        #expect(await stream.next() == .ended)
        #expect(await stream.next() == .ended)
        streams.close(stream)
        streams.close(stream)
        #expect(streams.count == 0)
    }

    @Test func placesAreBoundedPerDeviceAndInAll() async throws {
        var bounds = LiveStreams.Bounds()
        bounds.countMax = 3
        let streams = LiveStreams(bounds: bounds)
        let oldest = try #require(streams.open(tenant, device))
        _ = try #require(streams.open(tenant, device))
        _ = try #require(streams.open(tenant, device))
        #expect(await oldest.next() == .ended)
        #expect(streams.count == 2)
        let other = try #require(streams.open(tenant, DeviceID(high: 3, low: 3)))
        #expect(streams.open(tenant, DeviceID(high: 4, low: 4)) == nil)
        streams.close(other)
        #expect(streams.open(tenant, DeviceID(high: 4, low: 4)) != nil)
    }

    @Test func aStoppingHubEndsAllAndTakesNoMore() async throws {
        let streams = LiveStreams()
        let stream = try #require(streams.open(tenant, device))
        streams.stop()
        #expect(await stream.next() == .ended)
        #expect(streams.open(tenant, device) == nil)
    }

    @Test func everyStreamBeatsOncePerRound() async throws {
        let streams = LiveStreams()
        let all = try (0..<40).map { index in
            try #require(streams.open(tenant, DeviceID(high: 5, low: UInt64(index))))
        }
        for turn in 0..<LiveStreams.turns { streams.beat(turn: turn) }
        for stream in all { #expect(await stream.next() == .beat) }
        #expect(Set(all.map(\.turn)).count == LiveStreams.turns)
    }
}
