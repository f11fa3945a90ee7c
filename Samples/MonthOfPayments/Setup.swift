import Foundation
import Lynk

/// The day before the month: tenants are made, files imported, devices enrolled.
struct Setup: Sendable {
    let data: DataSet
    let hub: HubProcess
    let office: OperatorClient
    /// Where the devices' files go.
    let directory: URL
    let seed: UInt64
    let isLineBad: Bool

    func importNetwork() async throws {
        try await office.setClock(milliseconds: data.startMilliseconds)
        try await inParallel(data.tenants.count, width: 4) { place in
            let tenant = data.tenants[place]
            try await office.createTenant(tenant.id, name: tenant.name)
            for file in tenant.files {
                try await office.importFile(file.importer, file.text, into: tenant.id)
            }
        }
    }

    /// One device per worker, each with a one-time code, and its first sync.
    func enrolCollectors(_ engine: CurlEngine, gate: HubGate) async throws -> [Collector] {
        let folder = directory.appendingPathComponent("devices")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        let collectors = try data.workers.indices.map { try collector($0, folder, engine) }
        try await inParallel(collectors.count) { place in
            let worker = data.workers[place]
            let code = try await office.code(
                for: worker.id, role: "worker", in: data.tenants[worker.tenant].id)
            try await collectors[place].enrol(server: hub.address, code: code)
            try await collectors[place].sync(at: data.startMilliseconds, gate: gate)
        }
        return collectors
    }

    private func collector(
        _ place: Int, _ folder: URL, _ engine: CurlEngine
    ) throws -> Collector {
        let worker = data.workers[place]
        let line = BadLine(seed: seed &+ UInt64(place), isBad: isLineBad)
        // Booted the evening before, at another moment each.
        let clock = VirtualClock(
            bootID: .derived("boot", [worker.id.bytes]),
            milliseconds: data.startMilliseconds - Int64(place + 1) * 60_000)
        return try Collector(
            place: place, worker: worker.id,
            path: folder.appendingPathComponent("\(worker.id).sqlite").path, clock: clock,
            transport: FaultyTransport(CurlTransport(engine), next: line.next))
    }
}
