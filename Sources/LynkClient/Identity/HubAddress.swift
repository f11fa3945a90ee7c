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
    /// The manifest of a scope's snapshot.
    func snapshot(_ tenant: TenantID, of scope: Scope) -> String {
        base + "/v1/tenants/\(tenant)/snapshot?scope=\(Self.escaped(scope.name))"
    }
    func segment(_ tenant: TenantID, _ name: ContentID) -> String {
        base + "/v1/tenants/\(tenant)/snapshot/segments/\(name)"
    }

    /// The text as a part of a query (RFC 3986 section 2.3): all but the unreserved is escaped.
    private static func escaped(_ text: String) -> String {
        let unreserved = Set(
            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._~".utf8)
        let pieces = text.utf8.map { byte in
            unreserved.contains(byte)
                ? String(decoding: [byte], as: UTF8.self) : "%" + hexadecimal([byte]).uppercased()
        }
        return pieces.joined()
    }
    func sync(_ tenant: TenantID) -> String { base + "/v1/tenants/\(tenant)/sync" }
}
