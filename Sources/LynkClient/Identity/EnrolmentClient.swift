import LynkCore
public import LynkEngine
import LynkWire

/// Turns a one-time code from the office into a replica's identity.
public struct EnrolmentClient: Sendable {
    private let replica: any ReplicaStore
    private let transport: any HTTPTransport
    private let threads: BlockingThreads

    public init(
        replica: any ReplicaStore, transport: any HTTPTransport,
        threads: BlockingThreads = .shared
    ) {
        self.replica = replica
        self.transport = transport
        self.threads = threads
    }

    /// Makes a key pair, registers its public half with the code, and stores who the replica is.
    ///
    /// The key is kept before anything is asked, so repeating is harmless: when an answer was
    /// lost, the same code with the same key gives the same device.
    ///
    /// - Parameter server: `https://host:port`.
    /// - Throws: ``Problem`` `enrolment_code_unknown`, `enrolment_code_used`, `already_exists`
    ///   when the replica is enrolled, `parameter_invalid` for the address, or a transport's.
    public func enrol(server: String, code: String) async throws -> Enrolment {
        let address = try HubAddress(server)
        let replica = replica
        if let standing = try await threads.run({ try replica.enrolment() }) {
            throw Problem(
                .alreadyExists,
                "this replica is enrolled as device \(standing.principal.device)")
        }
        let key = try await threads.run { try replica.enrolmentKey() }
        var cost = TransferStatistics()
        let answer: JSONText
        do {
            answer = try await transport.post(
                [
                    "code": .string(code),
                    "publicKey": .string(hexadecimal(key.publicKey.bytes)),
                ], to: address.enrolment, cost: &cost)
        } catch let refusal as HubRefusal {
            throw refusal.problem
        }
        let enrolment = Enrolment(
            server: address.base, principal: try Self.principal(answer), key: key,
            proof: try Self.proof(answer))
        try await threads.run { try replica.adopt(enrolment) }
        return enrolment
    }

    private static func proof(_ answer: JSONText) throws -> String? {
        guard let proof = answer["proof"] else { return nil }
        guard let text = proof.string, text.utf8.count <= Limits.enrolmentProofBytesMax else {
            throw Problem(.responseInvalid, "the enrolment's proof is no text, or too long")
        }
        return text
    }

    private static func principal(_ answer: JSONText) throws -> Principal {
        guard let tenant = answer["tenant"]?.string.flatMap({ TenantID($0) }),
            let device = answer["device"]?.string.flatMap({ DeviceID($0) }),
            let user = answer["user"]?.string.flatMap({ UserID($0) }),
            let role = answer["role"]?.string
        else {
            throw Problem(.responseInvalid, "the enrolment names no tenant, device, user or role")
        }
        return Principal(tenant: tenant, device: device, user: user, role: role)
    }
}
