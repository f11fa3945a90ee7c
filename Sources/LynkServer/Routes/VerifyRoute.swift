import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine
import LynkWire

/// `POST /v1/tenants/{tenant}/verify`: one step of the comparison of a device's rows with the
/// hub's (Protocol/07-integrity.md). Reads only.
struct VerifyRoute: Sendable {
    let hub: Hub

    func add(to router: Router<HubRequestContext>) {
        router.post("/v1/tenants/:tenant/verify") { request, context in
            let device = try await hub.authenticator.device(
                request, tenant: context.parameters.get("tenant"))
            let now = hub.clock.nowMilliseconds()
            let body = try await SyncBody(request)
            let store = try await hub.store(device.principal.tenant)
            let answer = try await hub.pool.run {
                try store.verify(
                    try body.verifyRequest(), for: device.principal, nowMilliseconds: now
                ).encoded()
            }
            return try AnswerForm(body.answerForm, isCompressed: request.acceptsZstd).whole(answer)
        }
    }
}
