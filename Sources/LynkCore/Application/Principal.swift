/// A named part of a tenant's rows; who may see a row is decided by its scopes alone.
public struct Scope: Hashable, Comparable, Sendable, ExpressibleByStringLiteral {
    public let name: String

    public init(_ name: String) { self.name = name }
    public init(stringLiteral value: String) { name = value }

    /// By bytes, as is the order below: the same on every machine and in every language.
    public static func == (left: Self, right: Self) -> Bool {
        left.name.utf8.elementsEqual(right.name.utf8)
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.name.utf8.lexicographicallyPrecedes(right.name.utf8)
    }
}

/// What a principal may see.
public enum ScopeSet: Hashable, Sendable {
    /// Every scope of the tenant, also those that do not exist yet.
    case all
    case only(Set<Scope>)
}

/// On whose behalf a change set or a pull is; taken from the token, never from the request.
public struct Principal: Hashable, Sendable {
    public let tenant: TenantID
    public let device: DeviceID
    /// The application's user, e.g. the key of a worker's row.
    public let user: UserID
    /// A role that the application defines.
    public let role: String

    public init(tenant: TenantID, device: DeviceID, user: UserID, role: String) {
        self.tenant = tenant
        self.device = device
        self.user = user
        self.role = role
    }
}
