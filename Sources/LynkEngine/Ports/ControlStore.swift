public import LynkCore

/// A tenant as the operator sees it.
public struct TenantRecord: Hashable, Sendable {
    public let id: TenantID
    public let name: String
    public let createdMilliseconds: Int64

    public init(id: TenantID, name: String, createdMilliseconds: Int64) {
        self.id = id
        self.name = name
        self.createdMilliseconds = createdMilliseconds
    }
}

/// An enrolled device.
public struct DeviceRecord: Sendable {
    public let principal: Principal
    public let publicKey: DevicePublicKey
    public let enrolledMilliseconds: Int64
    public let isRevoked: Bool

    public init(
        principal: Principal, publicKey: DevicePublicKey, enrolledMilliseconds: Int64,
        isRevoked: Bool
    ) {
        self.principal = principal
        self.publicKey = publicKey
        self.enrolledMilliseconds = enrolledMilliseconds
        self.isRevoked = isRevoked
    }
}

/// What an enrolment code stands for; the code itself is kept only as its SHA-256.
public struct EnrolmentCode: Hashable, Sendable {
    public let hash: [UInt8]
    public let tenant: TenantID
    public let user: UserID
    public let role: String
    public let expiresMilliseconds: Int64

    public init(
        hash: [UInt8], tenant: TenantID, user: UserID, role: String, expiresMilliseconds: Int64
    ) {
        self.hash = hash
        self.tenant = tenant
        self.user = user
        self.role = role
        self.expiresMilliseconds = expiresMilliseconds
    }
}

/// Tenants, devices, codes and secrets of one installation. Synchronous and durable: what a call
/// returned is on disk.
public protocol ControlStore: Sendable {
    /// - Throws: ``Problem`` `already_exists` for a known id.
    func createTenant(_ record: TenantRecord) throws
    func tenant(_ id: TenantID) throws -> TenantRecord?
    func tenants() throws -> [TenantRecord]

    func addCode(_ code: EnrolmentCode) throws
    /// Uses a code up and stores the device, in one transaction. The same code with the same key
    /// again gives the same device: its first answer was lost.
    ///
    /// - Throws: ``Problem`` `enrolment_code_unknown` (also when expired), `enrolment_code_used`
    ///   for another key.
    func redeem(
        codeHash: [UInt8], device: DeviceID, publicKey: DevicePublicKey, nowMilliseconds: Int64
    ) throws -> DeviceRecord
    /// Takes back a device that proves its enrolment, after this store was restored from a backup
    /// of before it; its code counts as used. A device that is here stays as it is.
    ///
    /// - Throws: ``Problem`` `not_enrolled` for a tenant that is not here.
    func readmit(_ device: DeviceRecord, codeHash: [UInt8]) throws
    func device(_ id: DeviceID) throws -> DeviceRecord?
    func devices(of tenant: TenantID) throws -> [DeviceRecord]
    func revoke(_ device: DeviceID) throws

    /// A secret of this installation, made on first use and the same for ever after.
    func secret(_ name: String, orMake make: () -> [UInt8]) throws -> [UInt8]

    /// Copies the control database as of one transaction into a new file, synced.
    func backUp(to path: String) throws
    /// Remembers a tenant's last completed backup.
    func record(_ backup: BackupRecord) throws
    /// The last completed backup of each tenant that has one.
    func backups() throws -> [BackupRecord]
}
