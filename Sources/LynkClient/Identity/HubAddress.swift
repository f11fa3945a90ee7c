import LynkCore

/// Where a hub is, and the paths of its interface that a device uses.
struct HubAddress: Hashable, Sendable {
    /// `https://host:port`, without a slash at the end.
    let base: String

    /// - Throws: ``Problem`` `parameter_invalid` unless it is a scheme and an authority alone.
    init(_ text: String) throws(Problem) {
        var base = text
        while base.hasSuffix("/") { base.removeLast() }
        let schemes = ["https://", "http://"]
        guard let scheme = schemes.first(where: { base.hasPrefix($0) }),
            case let authority = base.dropFirst(scheme.count), !authority.isEmpty,
            !authority.utf8.contains(where: { $0 <= 32 || $0 == 127 || "/?#@".utf8.contains($0) })
        else {
            throw Problem(.parameterInvalid, "the server \"\(text)\" is not https://host:port")
        }
        self.base = base
    }

    var enrolment: String { base + "/v1/enrol" }
    var challenge: String { base + "/v1/token/challenge" }
    var token: String { base + "/v1/token" }
    func verify(_ tenant: TenantID) -> String { base + "/v1/tenants/\(tenant)/verify" }
    func head(_ tenant: TenantID) -> String { base + "/v1/tenants/\(tenant)/head" }
    func sync(_ tenant: TenantID) -> String { base + "/v1/tenants/\(tenant)/sync" }
}
