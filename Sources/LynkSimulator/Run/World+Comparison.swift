import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// After a checkpoint whose digest differs: the device compares its rows with the hub's by ranges,
/// each step over the same line as an exchange.
extension World {
    func beginComparison(_ device: SimulatedDevice) throws {
        guard let request = try risking(.device(device), { try device.replica.startRepair() })
        else { return }
        device.comparison += 1
        note("d\(device.slot) compares its rows")
        reach(.compared)
        ask(request, device)
    }

    private func ask(_ request: VerifyRequest, _ device: SimulatedDevice) {
        comparisons += 1
        var random = chance.stream("comparison", comparisons)
        guard !random.isHit(mix.loss) else { return }
        queue.add(
            .compareArrives(device.slot, device.comparison, request.encoded()), at: time.tick + 5)
    }

    func compare(_ slot: Int, _ comparison: Int, _ bytes: [UInt8]) throws {
        guard let device = devices[slot], device.comparison == comparison, hub.isUp,
            time.tick >= device.shutOut, !device.isRevoked
        else { return }
        do {
            let request: VerifyRequest
            do throws(WireError) { request = try VerifyRequest.decode(bytes) } catch {
                throw error.problem
            }
            let answer = try risking(.hub) {
                try hub.store.verify(request, for: device.principal, nowMilliseconds: hub.now)
            }
            guard time.tick >= device.shutBack else { return }
            queue.add(.compared(slot, comparison, answer.encoded()), at: time.tick + 5)
        } catch let problem as Problem where problem.code == .notFound {
            // Its scopes are others by now: the next exchange says so.
            note("d\(slot) may not compare: \(problem.code.rawValue)")
        }
    }

    func compared(_ slot: Int, _ comparison: Int, _ bytes: [UInt8]) throws {
        guard let device = devices[slot], device.comparison == comparison else { return }
        let answer: VerifyAnswer
        do throws(WireError) { answer = try VerifyAnswer.decode(bytes) } catch {
            throw error.problem
        }
        switch try risking(.device(device), { try device.replica.continueRepair(answer) }) {
        case .ask(let request): ask(request, device)
        case .finished(let report):
            note("d\(slot) has compared: \(report.rowsRepaired) rows")
            if report.rowsRepaired > 0 { reach(.repaired) }
            device.comparison += 1
            guard report.rowsRepaired > 0 || !report.isComplete, device.refusals < 3 else {
                return
            }
            device.refusals += 1
            queue.add(.sync(slot), at: time.tick + 1)
        }
    }
}
