package import LynkCore
import Synchronization

/// A tenant's hub on any file: what ``TenantStore`` promises, decided once for all stores.
package final class HubReplica<File: HubFile>: Sendable {
    package let tenant: TenantID
    package let application: any Application
    package let file: File
    let admission: Admission
    private let plan: IntegrityPlan
    /// Changes only on the commit thread; the mutex is what makes that safe to say.
    let state: Mutex<HubState>

    /// Opens a new era, on disk before anything is written in it.
    package init(
        file: File, tenant: TenantID, application: any Application,
        random: inout some RandomNumberGenerator
    ) throws {
        self.file = file
        self.tenant = tenant
        self.application = application
        admission = Admission(application: application)
        plan = IntegrityPlan(application.schema)
        var generator = random
        let opened = try file.write { storage in
            try Self.note(application.schema, storage)
            return try HubState.open(storage, tenant: tenant, random: &generator)
        }
        random = generator
        state = Mutex(opened)
        try readmit()
    }

    /// A program that has gone back would merge rows without the fields that it does not know, and
    /// take digests that no device has. So it opens nothing: devices keep what they write.
    private static func note(_ schema: Schema, _ storage: some HubStorage) throws {
        let kept = try storage.meta(.schema).map { HybridTimestamp(bytes: $0).rawValue } ?? 0
        guard kept <= UInt64(schema.version) else {
            throw Problem(
                .schemaUnknown,
                "the tenant's rows are of schema \(kept), and this program has \(schema.version)")
        }
        if kept < UInt64(schema.version) {
            let version = HybridTimestamp(rawValue: UInt64(schema.version))
            try storage.setMeta(.schema, version.bytes)
        }
    }

    package func commit(_ group: [Push]) throws -> [PushAnswer] {
        let answers = try transact { transaction in
            try group.map { try admission.admit($0, in: transaction) }
        }
        let key = state.withLock { $0.keys.signing }
        return try answers.map { answer in
            var answer = answer
            answer.proof = try ReceiptSigning.sign(
                answer.receipts, key: key, message: File.Storage.message)
            return answer
        }
    }

    /// Runs `body` in one durable transaction.
    func transact<T>(_ body: (HubTransaction<File.Storage>) throws -> T) throws -> T {
        try state.withLock { state in
            let (result, next) = try file.write { storage in
                let transaction = HubTransaction(
                    storage: storage, application: application, state: state, plan: plan)
                let result = try body(transaction)
                try transaction.flush()
                return (result, transaction.state)
            }
            // Published only now: a group that failed leaves the state of the last commit.
            state = next
            return Carried(result)
        }.value
    }

    package func openPull(
        for principal: Principal, hello: Hello, answer: PushAnswer?, nowMilliseconds: Int64
    ) throws -> PullScan {
        let plan = PullPlan(
            principal: principal, hello: hello, answer: answer,
            now: HybridTimestamp(milliseconds: nowMilliseconds))
        let opened = try file.read { try plan.open($0, application: application) }
        if let delivery = opened.delivery {
            // Remembered, durably and before the first page leaves, what the device is about to
            // have.
            try file.write {
                try $0.keep(delivery, of: principal.device)
            }
        }
        return PullScan(welcome: opened.welcome, state: opened.state)
    }

    package func verify(
        _ request: VerifyRequest, for principal: Principal, nowMilliseconds: Int64
    ) throws -> VerifyAnswer {
        var readsLeft = Limits.verifyReadsMax
        return try verify(
            request, for: principal, nowMilliseconds: nowMilliseconds, readsLeft: &readsLeft)
    }

    /// - Parameter readsLeft: how many rows may be read; lessened by those that were.
    package func verify(
        _ request: VerifyRequest, for principal: Principal, nowMilliseconds: Int64,
        readsLeft: inout Int
    ) throws -> VerifyAnswer {
        let plan = VerifyPlan(
            request: request, principal: principal,
            now: HybridTimestamp(milliseconds: nowMilliseconds))
        var left = readsLeft
        defer { readsLeft = left }
        return try file.read { reads in
            try plan.answer(
                reads, application: application,
                hasher: File.Storage.Hasher(digestKey: try reads.meta(.digestKey) ?? []),
                readsLeft: &left)
        }
    }

    package func head(
        for principal: Principal, held: [HeadTag], nowMilliseconds: Int64
    ) throws -> HeadTag {
        let plan = HeadPlan(
            principal: principal, held: held, now: HybridTimestamp(milliseconds: nowMilliseconds))
        return try file.read { try plan.answer($0, application: application) }
    }

    package func next(_ scan: inout PullScan) throws -> PullStep {
        guard var state = scan.state as? PullState else {
            throw Problem(.internalFailure, "a pull of another store")
        }
        let step = try file.read { try PullReader($0, application).next(&state) }
        if case .checkpoint(let checkpoint) = step { try note(checkpoint, state) }
        scan.state = state
        return step
    }

    /// Remembers which set a checkpoint beyond the head that its pull was opened at has: a request
    /// of the same device that comes late may open a pull with another set at that very position.
    private func note(_ checkpoint: Checkpoint, _ state: PullState) throws {
        guard let opening = state.opening, checkpoint.position > opening.head else { return }
        let device = opening.principal.device
        try file.write { storage in
            guard let own = try storage.scopeSet(of: device, hash: state.scopeSetHash) else {
                return
            }
            let newest = try storage.scopeSet(of: device, at: .max)
            var covered = own.scopes
            if let newest, newest.position >= checkpoint.position {
                if newest.hash == own.hash { return }
                covered = covered.filter { newest.covered.contains($0) }
            }
            try storage.keep(
                DeliveredScopes(
                    position: max(checkpoint.position, newest?.position ?? 0), hash: own.hash,
                    scopes: own.scopes, covered: covered), of: device)
        }
    }
}

/// Carries a result out of a lock. Safe: the caller's own closure made it, on the caller's thread,
/// and nothing behind the lock keeps it.
struct Carried<T>: @unchecked Sendable {
    let value: T
    init(_ value: T) { self.value = value }
}
