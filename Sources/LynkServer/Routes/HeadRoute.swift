import HTTPTypes
import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine

/// `GET /v1/tenants/{tenant}/head`: whether an exchange would bring the device anything, by a tag
/// that the device makes from its last checkpoint (Protocol/05-exchange.md, X40). Reads only.
struct HeadRoute: Sendable {
    let hub: Hub

    private struct Head: Encodable { let position: JSONInteger }

    func add(to router: Router<HubRequestContext>) {
        router.get("/v1/tenants/:tenant/head") { request, context in
            let device = try await hub.authenticator.device(
                request, tenant: context.parameters.get("tenant"))
            let now = hub.clock.nowMilliseconds()
            let asked = EntityTags(request.headers[.ifNoneMatch])
            var held: [HeadTag] = []
            if case .listed(let tags) = asked { held = tags.compactMap { HeadTag($0) } }
            let store = try await hub.store(device.principal.tenant)
            let tag = try await hub.pool.run { [held] in
                try store.head(for: device.principal, held: held, nowMilliseconds: now)
            }
            let isHeld = asked?.contain(tag.text) ?? false
            var response =
                isHeld
                ? Response(status: .notModified)
                : Response.json(Head(position: JSONInteger(tag.position)))
            response.headers[.eTag] = "\"\(tag.text)\""
            // Asked for anew each time, and an answer to this device alone.
            response.headers[.cacheControl] = "private, no-cache"
            response.headers[.vary] = "Authorization"
            return response
        }
    }
}
