import Hummingbird
import HummingbirdCore
import LynkCore
import LynkEngine

/// The operator's routes for enrolment codes and devices.
struct DeviceRoutes: Sendable {
    private static let codeLifetimeSeconds: Int64 = 7 * 24 * 3600
    private static let codeLifetimeSecondsMax: Int64 = 90 * 24 * 3600

    let hub: Hub

    private struct NewCode: Decodable {
        let user: JSONIdentifier<UserTag>
        let role: String
        let expiresInSeconds: Int64?
    }

    private struct Code: Encodable {
        /// Shown this once: the hub keeps only its hash.
        let code: String
        let expiresMilliseconds: JSONInteger
    }

    private struct Device: Encodable {
        let device, user, role: String
        let enrolledMilliseconds: JSONInteger
        let isRevoked: Bool

        init(_ record: DeviceRecord) {
            device = record.principal.device.description
            user = record.principal.user.description
            role = record.principal.role
            enrolledMilliseconds = JSONInteger(record.enrolledMilliseconds)
            isRevoked = record.isRevoked
        }
    }

    private struct Devices: Encodable { let devices: [Device] }

    func add(to group: RouterGroup<HubRequestContext>) {
        group.post("tenants/:tenant/codes") { request, context in
            try await makeCode(request, tenant: context.parameters.get("tenant"))
        }
        group.get("tenants/:tenant/devices") { _, context in
            let tenant = try await hub.store(context.parameters.get("tenant")).tenant
            let records = try await hub.pool.run { [hub] in try hub.control.devices(of: tenant) }
            return Response.json(Devices(devices: records.map(Device.init)))
        }
        group.post("devices/:device/revoke") { _, context in
            try await revoke(context.parameters.get("device"))
        }
    }

    private func makeCode(_ request: Request, tenant: String?) async throws -> Response {
        let tenant = try await hub.store(tenant).tenant
        let body = try await request.json(NewCode.self)
        guard hub.application.roles.contains(body.role) else {
            let known = hub.application.roles.joined(separator: ", ")
            throw Problem(.roleUnknown, "the roles are \(known)")
        }
        let seconds = body.expiresInSeconds ?? Self.codeLifetimeSeconds
        guard (1...Self.codeLifetimeSecondsMax).contains(seconds) else {
            throw Problem(
                .parameterInvalid,
                "expiresInSeconds must be from 1 to \(Self.codeLifetimeSecondsMax)")
        }
        var random = SystemRandomNumberGenerator()
        let text = CodeText(using: &random)
        let code = EnrolmentCode(
            hash: text.hash, tenant: tenant, user: body.user.value, role: body.role,
            expiresMilliseconds: hub.wall.nowMilliseconds() + seconds * 1000)
        try await hub.pool.run { [hub] in try hub.control.addCode(code) }
        return .json(
            Code(
                code: text.description,
                expiresMilliseconds: JSONInteger(code.expiresMilliseconds)),
            status: .created)
    }

    private func revoke(_ device: String?) async throws -> Response {
        guard let id = device.flatMap({ DeviceID($0) }) else {
            throw Problem(.notFound, "no such device")
        }
        let record = try await hub.pool.run { [hub] in
            guard try hub.control.device(id) != nil else {
                throw Problem(.notFound, "no such device")
            }
            try hub.control.revoke(id)
            return try hub.control.device(id)
        }
        hub.authenticator.forget(id)
        hub.live.end(id)
        guard let record else { throw Problem(.notFound, "no such device") }
        return .json(Device(record))
    }
}
