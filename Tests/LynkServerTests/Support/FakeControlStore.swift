import LynkCore
import LynkEngine
import Synchronization

/// The control store's contract in memory.
final class FakeControlStore: ControlStore {
    private struct State {
        var tenants: [TenantRecord] = []
        var codes: [[UInt8]: (code: EnrolmentCode, isUsed: Bool)] = [:]
        var devices: [DeviceID: DeviceRecord] = [:]
        var secrets: [String: [UInt8]] = [:]
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

    func addCode(_ code: EnrolmentCode) { state.withLock { $0.codes[code.hash] = (code, false) } }

    func redeem(
        codeHash: [UInt8], device: DeviceID, publicKey: DevicePublicKey, nowMilliseconds: Int64
    ) throws -> DeviceRecord {
        try state.withLock { state in
            guard let (code, isUsed) = state.codes[codeHash] else {
                throw Problem(.enrolmentCodeUnknown)
            }
            guard !isUsed else { throw Problem(.enrolmentCodeUsed) }
            guard nowMilliseconds < code.expiresMilliseconds else {
                throw Problem(.enrolmentCodeUnknown, "it has expired")
            }
            state.codes[codeHash] = (code, true)
            let record = DeviceRecord(
                principal: Principal(
                    tenant: code.tenant, device: device, user: code.user, role: code.role),
                publicKey: publicKey, enrolledMilliseconds: nowMilliseconds, isRevoked: false)
            state.devices[device] = record
            return record
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

    func secret(_ name: String, orMake make: () -> [UInt8]) -> [UInt8] {
        state.withLock { state in
            let secret = state.secrets[name] ?? make()
            state.secrets[name] = secret
            return secret
        }
    }
}
