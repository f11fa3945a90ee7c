package import LynkCore
import Synchronization

/// All open live responses of this process, and who is to be woken by what.
package final class LiveStreams: Sendable {
    package struct Bounds: Sendable {
        /// A device that opens another loses its oldest: that line is most likely dead.
        package var perDeviceMax = 2
        /// Beyond these a response ends with its checkpoint, and the device polls.
        package var countMax = 10_000
        package init() {}
    }

    /// Beats of one round go out in as many turns.
    static let turns = 16

    private struct State {
        var tenants: [TenantID: [ObjectIdentifier: LiveStream]] = [:]
        /// Oldest first.
        var devices: [DeviceID: [LiveStream]] = [:]
        var count = 0
        var turn = 0
        var isClosed = false
    }

    private let state = Mutex(State())
    private let bounds: Bounds

    package init(bounds: Bounds = Bounds()) { self.bounds = bounds }

    package var count: Int { state.withLock { $0.count } }

    /// A place for one more response; `nil` when there is none, or the hub stops.
    package func open(_ tenant: TenantID, _ device: DeviceID) -> LiveStream? {
        let (opened, replaced) = state.withLock { state -> (LiveStream?, LiveStream?) in
            var replaced: LiveStream?
            if let own = state.devices[device], own.count >= bounds.perDeviceMax {
                replaced = own[0]
                Self.remove(own[0], from: &state)
            }
            guard !state.isClosed, state.count < bounds.countMax else { return (nil, replaced) }
            state.turn = (state.turn + 1) % Self.turns
            let stream = LiveStream(tenant: tenant, device: device, turn: state.turn)
            state.tenants[tenant, default: [:]][ObjectIdentifier(stream)] = stream
            state.devices[device, default: []].append(stream)
            state.count += 1
            return (stream, replaced)
        }
        replaced?.end()
        return opened
    }

    /// The response is over; its place is free.
    package func close(_ stream: LiveStream) {
        state.withLock { Self.remove(stream, from: &$0) }
    }

    /// Something was committed to the tenant. Cheap enough for the commit thread.
    package func committed(_ tenant: TenantID) {
        for stream in state.withLock({ $0.tenants[tenant]?.values.map { $0 } ?? [] }) {
            stream.commit()
        }
    }

    /// The device was revoked.
    package func end(_ device: DeviceID) {
        for stream in state.withLock({ $0.devices[device] ?? [] }) { stream.end() }
    }

    /// One turn of beats; a stream gets every ``turns``th.
    package func beat(turn: Int) {
        let due = state.withLock { state in
            state.tenants.values.flatMap { $0.values.filter { $0.turn == turn } }
        }
        for stream in due { stream.beat() }
    }

    /// Ends every stream, and every one that asks for a place afterwards.
    package func stop() {
        let all = state.withLock { state in
            state.isClosed = true
            return state.tenants.values.flatMap { $0.values.map { $0 } }
        }
        for stream in all { stream.end() }
    }

    /// Beats until the task is cancelled.
    package func run(every interval: Duration) async {
        var turn = 0
        while true {
            do { try await Task.sleep(for: interval / Self.turns) } catch { return }
            beat(turn: turn)
            turn = (turn + 1) % Self.turns
        }
    }

    private static func remove(_ stream: LiveStream, from state: inout State) {
        guard state.tenants[stream.tenant]?.removeValue(forKey: ObjectIdentifier(stream)) != nil
        else { return }
        if state.tenants[stream.tenant]?.isEmpty == true { state.tenants[stream.tenant] = nil }
        state.devices[stream.device]?.removeAll { $0 === stream }
        if state.devices[stream.device]?.isEmpty == true { state.devices[stream.device] = nil }
        state.count -= 1
    }
}
