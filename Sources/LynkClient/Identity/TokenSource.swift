import LynkCore
import LynkEngine
import LynkWire
import Synchronization

/// Short-lived tokens for one device: asked for with a signed challenge, kept until shortly
/// before they expire.
///
/// Two callers at once may both ask for a token; each gets a good one.
final class TokenSource: Sendable {
    private struct Held {
        let token: String
        let device: DeviceID
        let renewAt: Duration
    }

    private let transport: any HTTPTransport
    /// Time that never jumps, from any origin.
    private let elapsed: @Sendable () -> Duration
    private let held = Mutex<Held?>(nil)

    init(transport: any HTTPTransport, elapsed: @escaping @Sendable () -> Duration) {
        self.transport = transport
        self.elapsed = elapsed
    }

    /// A token that is good for a while yet.
    ///
    /// - Throws: the hub's ``Problem``, e.g. `device_revoked`, inside a ``HubRefusal``; or a
    ///   transport's.
    func token(for enrolment: Enrolment, cost: inout TransferStatistics) async throws -> String {
        let now = elapsed()
        let device = enrolment.principal.device
        if let kept = held.withLock({ $0 }), kept.device == device, now < kept.renewAt {
            return kept.token
        }
        let address = try HubAddress(enrolment.server)
        let name = JSONValue.string(String(describing: device))
        let asked = try await transport.post(
            ["device": name], to: address.challenge, cost: &cost)
        guard let challengeText = asked["challenge"]?.string,
            let challenge = bytes(hexadecimal: challengeText), !challenge.isEmpty
        else { throw Problem(.responseInvalid, "the challenge is not hexadecimal") }
        let signature = try enrolment.key.sign(challenge, as: .challenge)
        var signed: [String: JSONValue] = [
            "device": name, "challenge": .string(challengeText),
            "signature": .string(hexadecimal(signature)),
        ]
        let answer: JSONText
        do {
            answer = try await transport.post(.object(signed), to: address.token, cost: &cost)
        } catch let refusal as HubRefusal where refusal.problem.code == .notEnrolled {
            // The hub may have been restored from a backup of before this device.
            guard let proof = enrolment.proof else { throw refusal }
            signed["proof"] = .string(proof)
            answer = try await transport.post(.object(signed), to: address.token, cost: &cost)
        }
        guard let token = answer["token"]?.string, !token.isEmpty,
            !token.utf8.contains(where: { $0 <= 32 || $0 >= 127 }),
            let seconds = answer["expiresInSeconds"]?.integer, seconds > 0
        else { throw Problem(.responseInvalid, "the answer holds no token") }
        // A tenth of its life early, so that it does not expire on the way.
        let life = Duration.seconds(min(seconds, 86_400))
        held.withLock { $0 = Held(token: token, device: device, renewAt: now + life * 9 / 10) }
        return token
    }

    /// The hub refused the token: the next caller gets a new one.
    func discard(_ token: String) {
        held.withLock { if $0?.token == token { $0 = nil } }
    }
}
