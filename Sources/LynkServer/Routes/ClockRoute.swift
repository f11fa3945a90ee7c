import Hummingbird
import HummingbirdCore

/// `PUT /v1/operator/clock`: sets the hub's time; there only when the server was started for a
/// replay.
struct ClockRoute: Sendable {
    let clock: OperatorHubClock

    private struct Time: Codable { let milliseconds: JSONInteger }

    func add(to group: RouterGroup<HubRequestContext>) {
        group.put("clock") { request, _ in
            let time = try await request.json(Time.self)
            try clock.set(milliseconds: time.milliseconds.value)
            return Response.json(time)
        }
    }
}
