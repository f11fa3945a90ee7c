import LynkCore
import LynkEngine
import LynkStore

/// After the faults: everything must come to rest.
extension World {
    /// With one hub three round trips, and five more for what waits for others.
    static let roundsMax = 8

    func heal() throws {
        phase = .liveness
        note("faults stop")
        for device in everyDevice {
            device.shutOut = 0
            device.shutBack = 0
            device.conversation = nil
        }
        hub.skew = 0
        if !hub.isUp { try hub.start() }
        if hub.application.schema.version < workload.newestVersion { try hub.upgrade() }
        try noteCommits()
    }

    /// - Returns: the devices that do not come to rest, and why.
    func settle() throws -> [String] {
        var restless: [String] = []
        for round in 0..<Self.roundsMax {
            restless = []
            for device in everyDevice where !device.isRevoked {
                let count = truth.log.count
                device.refusals = 0
                try beginExchange(device, chance.stream("settle", round))
                let number = conversations
                try drainQueue()
                let status = try device.replica.status()
                if status.pending > 0 {
                    restless.append("d\(device.slot) owes \(status.pending)")
                } else if !device.replica.inspect().pending.isEmpty {
                    restless.append("d\(device.slot) has an overlay")
                } else if truth.log.count > count || conversations > number {
                    restless.append("d\(device.slot) had something to say")
                } else if device.replica.inspect().cursor.position != Int64(truth.log.count) {
                    restless.append("d\(device.slot) is behind")
                }
            }
            if restless.isEmpty { return [] }
        }
        return restless
    }
}
