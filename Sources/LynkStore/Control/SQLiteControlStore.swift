import Foundation
import GRDB
public import LynkCore
public import LynkEngine

/// Tenants, devices, codes and secrets in `control.sqlite`; every call is one durable transaction.
public final class SQLiteControlStore: ControlStore {
    let pool: DatabasePool

    /// - Throws: ``Problem`` `store_failed` for a file that cannot be used.
    public init(path: String) throws {
        pool = try OpenPool.open(path, readers: 2)
        try pool.writing { database in
            for statement in Self.definitions { try database.execute(sql: statement) }
        }
    }

    private static let definitions = [
        """
        CREATE TABLE IF NOT EXISTS tenant (
            id      BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            name    TEXT NOT NULL,
            created INTEGER NOT NULL
        ) STRICT
        """,
        // A code is kept only as its hash; `device` is set when it was used.
        """
        CREATE TABLE IF NOT EXISTS code (
            hash    BLOB NOT NULL PRIMARY KEY,
            tenant  BLOB NOT NULL,
            user    BLOB NOT NULL,
            role    TEXT NOT NULL,
            expires INTEGER NOT NULL,
            device  BLOB
        ) STRICT
        """,
        """
        CREATE TABLE IF NOT EXISTS device (
            id         BLOB NOT NULL PRIMARY KEY CHECK (length(id) = 16),
            tenant     BLOB NOT NULL,
            user       BLOB NOT NULL,
            role       TEXT NOT NULL,
            public_key BLOB NOT NULL,
            enrolled   INTEGER NOT NULL,
            revoked    INTEGER NOT NULL DEFAULT 0
        ) STRICT
        """,
        "CREATE INDEX IF NOT EXISTS device_tenant ON device (tenant)",
        """
        CREATE TABLE IF NOT EXISTS secret (
            name  TEXT NOT NULL PRIMARY KEY,
            value BLOB NOT NULL
        ) STRICT
        """,
        // The last completed backup of each tenant; without a row nothing of it is durable.
        """
        CREATE TABLE IF NOT EXISTS backup (
            tenant    BLOB NOT NULL PRIMARY KEY CHECK (length(tenant) = 16),
            position  INTEGER NOT NULL,
            vector    BLOB NOT NULL,
            completed INTEGER NOT NULL
        ) STRICT
        """,
    ]

    public func createTenant(_ record: TenantRecord) throws {
        try pool.writing { database in
            try database.execute(
                sql: """
                    INSERT INTO tenant (id, name, created) VALUES (?, ?, ?)
                    ON CONFLICT DO NOTHING
                    """,
                arguments: [Data(record.id.bytes), record.name, record.createdMilliseconds])
            guard database.changesCount == 1 else {
                throw Problem(.alreadyExists, "tenant \(record.id)")
            }
        }
    }

    public func tenant(_ id: TenantID) throws -> TenantRecord? {
        try pool.reading { database in
            try Row.fetchOne(
                database, sql: "SELECT id, name, created FROM tenant WHERE id = ?",
                arguments: [Data(id.bytes)]
            ).map(Self.tenant)
        }
    }

    public func tenants() throws -> [TenantRecord] {
        try pool.reading { database in
            try Row.fetchAll(database, sql: "SELECT id, name, created FROM tenant ORDER BY id")
                .map(Self.tenant)
        }
    }

    private static func tenant(_ row: Row) throws -> TenantRecord {
        TenantRecord(
            id: try row.id("id"), name: try row.words("name"),
            createdMilliseconds: try row.integer("created"))
    }

    public func addCode(_ code: EnrolmentCode) throws {
        try pool.writing { database in
            try database.execute(
                sql: "INSERT INTO code (hash, tenant, user, role, expires) VALUES (?, ?, ?, ?, ?)",
                arguments: [
                    Data(code.hash), Data(code.tenant.bytes), Data(code.user.bytes), code.role,
                    code.expiresMilliseconds,
                ])
        }
    }

    public func redeem(
        codeHash: [UInt8], device: DeviceID, publicKey: DevicePublicKey, nowMilliseconds: Int64
    ) throws -> DeviceRecord {
        try pool.writing { database in
            let row = try Row.fetchOne(
                database, sql: "SELECT * FROM code WHERE hash = ?", arguments: [Data(codeHash)])
            guard let row else { throw Problem(.enrolmentCodeUnknown) }
            if let used = try row.bytesIfAny("device") {
                return try Self.standing(Data(used), publicKey, in: database)
            }
            guard try row.integer("expires") > nowMilliseconds else {
                throw Problem(.enrolmentCodeUnknown, "the code has expired")
            }
            try database.execute(
                sql: "UPDATE code SET device = ? WHERE hash = ?",
                arguments: [Data(device.bytes), Data(codeHash)])
            let principal = Principal(
                tenant: try row.id("tenant"), device: device, user: try row.id("user"),
                role: try row.words("role"))
            let record = DeviceRecord(
                principal: principal, publicKey: publicKey,
                enrolledMilliseconds: nowMilliseconds, isRevoked: false)
            try Self.insert(record, in: database)
            return record
        }
    }

    private static func insert(_ record: DeviceRecord, in database: Database) throws {
        try database.execute(
            sql: """
                INSERT INTO device (id, tenant, user, role, public_key, enrolled)
                VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                """,
            arguments: [
                Data(record.principal.device.bytes), Data(record.principal.tenant.bytes),
                Data(record.principal.user.bytes), record.principal.role,
                Data(record.publicKey.bytes), record.enrolledMilliseconds,
            ])
    }

    public func readmit(_ device: DeviceRecord, codeHash: [UInt8]) throws {
        try pool.writing { database in
            let isHere = try Bool.fetchOne(
                database, sql: "SELECT EXISTS (SELECT 1 FROM tenant WHERE id = ?)",
                arguments: [Data(device.principal.tenant.bytes)])
            guard isHere == true else {
                throw Problem(.notEnrolled, "its tenant is not here")
            }
            try Self.insert(device, in: database)
            try database.execute(
                sql: "UPDATE code SET device = ? WHERE hash = ? AND device IS NULL",
                arguments: [Data(device.principal.device.bytes), Data(codeHash)])
        }
    }

    /// The device that a code was used for, if it is the one that asks again.
    private static func standing(
        _ device: Data, _ publicKey: DevicePublicKey, in database: Database
    ) throws -> DeviceRecord {
        let row = try Row.fetchOne(
            database, sql: "SELECT * FROM device WHERE id = ?", arguments: [device])
        guard let record = try row.map(Self.device), record.publicKey == publicKey else {
            throw Problem(.enrolmentCodeUsed)
        }
        return record
    }

    public func device(_ id: DeviceID) throws -> DeviceRecord? {
        try pool.reading { database in
            try Row.fetchOne(
                database, sql: "SELECT * FROM device WHERE id = ?", arguments: [Data(id.bytes)]
            ).map(Self.device)
        }
    }

    public func devices(of tenant: TenantID) throws -> [DeviceRecord] {
        try pool.reading { database in
            try Row.fetchAll(
                database, sql: "SELECT * FROM device WHERE tenant = ? ORDER BY enrolled, id",
                arguments: [Data(tenant.bytes)]
            ).map(Self.device)
        }
    }

    private static func device(_ row: Row) throws -> DeviceRecord {
        guard let publicKey = DevicePublicKey(bytes: try row.bytes("public_key")) else {
            throw Problem(.storeFailed, "a device's key is damaged")
        }
        let principal = Principal(
            tenant: try row.id("tenant"), device: try row.id("id"), user: try row.id("user"),
            role: try row.words("role"))
        return DeviceRecord(
            principal: principal, publicKey: publicKey,
            enrolledMilliseconds: try row.integer("enrolled"),
            isRevoked: try row.integer("revoked") != 0)
    }

    public func revoke(_ device: DeviceID) throws {
        try pool.writing { database in
            try database.execute(
                sql: "UPDATE device SET revoked = 1 WHERE id = ?", arguments: [Data(device.bytes)])
            guard database.changesCount == 1 else { throw Problem(.notFound, "device \(device)") }
        }
    }

    public func secret(_ name: String, orMake make: () -> [UInt8]) throws -> [UInt8] {
        try pool.writing { database in
            let found = try Data.fetchOne(
                database, sql: "SELECT value FROM secret WHERE name = ?", arguments: [name])
            if let found { return Array(found) }
            let made = make()
            try database.execute(
                sql: "INSERT INTO secret (name, value) VALUES (?, ?)",
                arguments: [name, Data(made)])
            return made
        }
    }
}
