public import LynkCore

/// A consistent copy of one tenant, and how far it goes.
public struct TenantBackup: Hashable, Sendable {
    public let tenant: TenantID
    public let position: Int64
    /// Everything that the copy contains: durable once the backup is complete.
    public let vector: VersionVector

    public init(tenant: TenantID, position: Int64, vector: VersionVector) {
        self.tenant = tenant
        self.position = position
        self.vector = vector
    }
}

/// A tenant's last completed backup, as the operator sees it.
public struct BackupRecord: Hashable, Sendable {
    public let backup: TenantBackup
    public let completedMilliseconds: Int64

    public init(backup: TenantBackup, completedMilliseconds: Int64) {
        self.backup = backup
        self.completedMilliseconds = completedMilliseconds
    }
}
