package import LynkCore
package import LynkEngine
package import LynkWire

/// What a device may ask its hub about besides an exchange (Protocol/13-operation.md),
/// and the code that a payer reads out.
package struct HubQuestions: Sendable {
    /// A history is at most ``Limits/historyBytesMax`` of values; names and digits stand around
    /// them.
    private static let answerBytesMax = 32 << 20

    private let enrolment: Enrolment
    private let transport: any HTTPTransport
    private let tokens: TokenSource

    package init(
        as enrolment: Enrolment, over transport: any HTTPTransport,
        pacing: SyncPacing = .system
    ) {
        self.enrolment = enrolment
        self.transport = transport
        tokens = TokenSource(transport: transport, elapsed: pacing.elapsed)
    }

    /// How a row became what it is.
    ///
    /// - Throws: ``Problem`` `not_found` for a row that this device does not see at the hub, the
    ///   hub's or the transport's.
    package func history(of table: String, _ key: RowKey) async throws -> JSONText {
        try await ask("rows/\(table)/\(key)/history")
    }

    /// The clocks of the tenant, as far as this device may see them.
    package func clock() async throws -> JSONText { try await ask("clock") }

    /// A one-time code for a payment of the shop whose device this is. It is in the answer and
    /// nowhere else.
    ///
    /// - Throws: ``Problem`` `not_found` for another's payment, `forbidden` for another role,
    ///   `confirmation_limit` when one was given just before, the hub's or the transport's.
    package func code(for payment: RowKey) async throws -> String {
        let answer = try await ask("codes/\(payment)", .post)
        guard let code = answer["code"]?.string, !code.isEmpty, code.utf8.count <= 20 else {
            throw Problem(.responseInvalid, "the answer holds no code")
        }
        return code
    }

    private func ask(_ path: String, _ method: HTTPRequest.Method = .get) async throws -> JSONText {
        let tenant = enrolment.principal.tenant
        let url = "\(try HubAddress(enrolment.server).base)/v1/tenants/\(tenant)/\(path)"
        var cost = TransferStatistics()
        do {
            let token = try await tokens.token(for: enrolment, cost: &cost)
            let response = try await transport.send(
                HTTPRequest(
                    method, url,
                    headers: [
                        HTTPHeader("Accept", "application/json"),
                        HTTPHeader("Authorization", "Bearer \(token)"),
                    ], isIdempotent: method == .get, responseBytesMax: Self.answerBytesMax))
            guard response.head.status == 200 else {
                throw ProblemDocument.problem(response.head, body: response.body)
            }
            guard response.head.mediaType == "application/json",
                let value = try? JSONText(response.body)
            else { throw Problem(.responseInvalid, "\(url) answered without JSON") }
            return value
        } catch let refusal as HubRefusal {
            throw refusal.problem
        }
    }
}
