package import LynkCore
import Synchronization

/// A tenant's hub on any file: what ``TenantStore`` promises, decided once for all stores.
package final class HubReplica<File: HubFile>: Sendable {
    package let tenant: TenantID
    package let application: any Application
    package let file: File
    private let admission: Admission
    /// Changes only on the commit thread; the mutex is what makes that safe to say.
    private let state: Mutex<HubState>

    /// Opens a new era, on disk before anything is written in it.
    package init(
        file: File, tenant: TenantID, application: any Application,
        random: inout some RandomNumberGenerator
    ) throws {
        self.file = file
        self.tenant = tenant
        self.application = application
        admission = Admission(application: application)
        var generator = random
        let opened = try file.write { storage in
            try HubState.open(storage, tenant: tenant, random: &generator)
        }
        random = generator
        state = Mutex(opened)
    }

    package func commit(_ group: [Push]) throws -> [PushAnswer] {
        try state.withLock { state in
            let (answers, next) = try file.write { storage in
                let transaction = HubTransaction(
                    storage: storage, application: application, state: state)
                var answers: [PushAnswer] = []
                for push in group {
                    answers.append(try admission.admit(push, in: transaction))
                }
                try transaction.flush()
                return (answers, transaction.state)
            }
            // Published only now: a group that failed leaves the state of the last commit.
            state = next
            return answers
        }
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
                try $0.keep(delivery.update, of: principal.device, at: delivery.position)
            }
        }
        return PullScan(welcome: opened.welcome, state: opened.state)
    }

    package func next(_ scan: inout PullScan) throws -> PullStep {
        guard var state = scan.state as? PullState else {
            throw Problem(.internalFailure, "a pull of another store")
        }
        let step = try file.read { try PullReader($0).next(&state) }
        scan.state = state
        return step
    }
}
