import Foundation
import LynkCore
import LynkEngine
import Synchronization

/// The control store's contract in memory.
final class FakeControlStore: ControlStore {
    private struct State {
        var tenants: [TenantRecord] = []
        var codes: [[UInt8]: (code: EnrolmentCode, device: DeviceID?)] = [:]
        var devices: [DeviceID: DeviceRecord] = [:]
        var secrets: [String: [UInt8]] = [:]
        var backups: [TenantID: BackupRecord] = [:]
    }

    private let state = Mutex(State())

    func createTenant(_ record: TenantRecord) throws {
        try state.withLock { state in
            guard !state.tenants.contains(where: { $0.id == record.id }) else {
                throw Problem(.alreadyExists, "tenant \(record.id)")
            }
            state.tenants.append(record)
        }
    }

    func tenant(_ id: TenantID) -> TenantRecord? {
        state.withLock { $0.tenants.first { $0.id == id } }
    }

    func tenants() -> [TenantRecord] { state.withLock { $0.tenants } }

    func addCode(_ code: EnrolmentCode) { state.withLock { $0.codes[code.hash] = (code, nil) } }

    func redeem(
        codeHash: [UInt8], device: DeviceID, publicKey: DevicePublicKey, nowMilliseconds: Int64
    ) throws -> DeviceRecord {
        try state.withLock { state in
            guard let (code, used) = state.codes[codeHash] else {
                throw Problem(.enrolmentCodeUnknown)
            }
            if let used {
                guard let record = state.devices[used], record.publicKey == publicKey else {
                    throw Problem(.enrolmentCodeUsed)
                }
                return record
            }
            guard nowMilliseconds < code.expiresMilliseconds else {
                throw Problem(.enrolmentCodeUnknown, "it has expired")
            }
            state.codes[codeHash] = (code, device)
            let record = DeviceRecord(
                principal: Principal(
                    tenant: code.tenant, device: device, user: code.user, role: code.role),
                publicKey: publicKey, enrolledMilliseconds: nowMilliseconds, isRevoked: false)
            state.devices[device] = record
            return record
        }
    }

    func readmit(_ device: DeviceRecord, codeHash: [UInt8]) throws {
        try state.withLock { state in
            guard state.tenants.contains(where: { $0.id == device.principal.tenant }) else {
                throw Problem(.notEnrolled, "its tenant is not here")
            }
            if state.devices[device.principal.device] == nil {
                state.devices[device.principal.device] = device
            }
            if let entry = state.codes[codeHash], entry.device == nil {
                state.codes[codeHash] = (entry.code, device.principal.device)
            }
        }
    }

    /// As a backup of before its enrolment has it.
    func lose(_ device: DeviceID) {
        state.withLock { state in
            state.devices[device] = nil
            for (hash, entry) in state.codes where entry.device == device {
                state.codes[hash] = (entry.code, nil)
            }
        }
    }

    func device(_ id: DeviceID) -> DeviceRecord? { state.withLock { $0.devices[id] } }

    func devices(of tenant: TenantID) -> [DeviceRecord] {
        state.withLock { $0.devices.values.filter { $0.principal.tenant == tenant } }
    }

    func revoke(_ device: DeviceID) {
        state.withLock { state in
            guard let record = state.devices[device] else { return }
            state.devices[device] = DeviceRecord(
                principal: record.principal, publicKey: record.publicKey,
                enrolledMilliseconds: record.enrolledMilliseconds, isRevoked: true)
        }
    }

    func backUp(to path: String) throws {
        try Data("control".utf8).write(to: URL(fileURLWithPath: path))
    }

    func record(_ backup: BackupRecord) {
        state.withLock { $0.backups[backup.backup.tenant] = backup }
    }

    func backups() -> [BackupRecord] { state.withLock { $0.backups.values.map { $0 } } }

    func secret(_ name: String, orMake make: () -> [UInt8]) -> [UInt8] {
        state.withLock { state in
            let secret = state.secrets[name] ?? make()
            state.secrets[name] = secret
            return secret
        }
    }
}
