import Foundation
import LynkCore
import Testing

@testable import LynkPayments

/// The month of payments that ships with the samples, on the in-memory hub.
@Suite("The sample month")
struct SampleMonthTests {
    /// Imports that the sample month has no file for, or another form of.
    private static let without: Set = ["invoice_lines", "retailer_keys"]

    private func text(_ name: String) throws -> String {
        let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Samples/Data/\(name).csv")
        return try String(contentsOf: folder, encoding: .utf8)
    }

    private var tenants: [TenantID] {
        get throws {
            try text("tenants").split(whereSeparator: \.isNewline).dropFirst().compactMap {
                TenantID($0.prefix(36))
            }
        }
    }

    private func network(of tenant: TenantID) throws -> Hub {
        let hub = Hub()
        let office = Device(
            1, user: RowKey(high: 0, low: 1), role: .admin, tenant: tenant, isHub: true)
        for importer in Payments().importers where !Self.without.contains(importer.name) {
            let changes = try importer.changes(try text(importer.name), tenant)
            #expect(!changes.isEmpty)
            #expect(try hub.push(office.write(changes)) == .accepted)
        }
        return hub
    }

    @Test("The whole network imports, and every tenant has its own part of it")
    func network() throws {
        var counts: [String: Int] = [:]
        for tenant in try tenants {
            for importer in Payments().importers where !Self.without.contains(importer.name) {
                let file = try text(importer.name)
                counts[importer.name, default: 0] += try importer.changes(file, tenant).count
            }
        }
        #expect(
            counts == [
                "tenants": 50, "areas": 200, "workers": 250, "retailers": 1000, "invoices": 5029,
            ])
    }

    @Test("The lines of a tenant's invoices join them")
    func lines() throws {
        let tenant = try #require(try tenants.first)
        let joined = try InvoiceLineImport.joined(
            lines: try text("invoice_lines"), invoices: try text("invoices"), of: tenant)
        let changes = try InvoiceLineImport.importer.changes(joined, tenant)
        #expect(changes.count == joined.split(separator: "\n").count - 1)
        #expect(Set(changes.map(\.key)).count == changes.count)
        #expect(changes.count > 100)
    }

    @Test("October of two tenants: every paisa, in the order in which devices connect")
    func month() throws {
        let records = try PaymentRecord.read(try text("payments-2026-10"))
        #expect(records.count == 5000)
        for tenant in try tenants.prefix(2) {
            let hub = try network(of: tenant)
            try replay(records.filter { $0.tenant == tenant }, of: tenant, on: hub)
            #expect(hub.brokenInvariants == [])
            let stated = records.filter { $0.tenant == tenant }.reduce(0) { $0 + $1.amount }
            let paid = hub.entries(RetailerField.self).reduce(0) { $0 + $1.money(.totalPaid) }
            #expect(paid == stated)
        }
    }

    /// Each worker collects with what his device last saw, and pushes when it connects.
    private func replay(
        _ records: [PaymentRecord], of tenant: TenantID, on hub: Hub
    ) throws {
        var devices: [RowKey: Device] = [:]
        var outboxes: [RowKey: [Written]] = [:]
        var connections: [RowKey: Int64] = [:]
        func connect(until now: Int64) throws {
            for (worker, at) in connections.sorted(by: { ($0.value, $0.key) < ($1.value, $1.key) })
            where at <= now {
                for written in outboxes[worker] ?? [] {
                    #expect(try hub.push(written) == .accepted)
                }
                outboxes[worker] = []
                connections[worker] = nil
                devices[worker]?.sync(with: hub)
            }
        }
        for record in records.sorted(by: { $0.collectedAt < $1.collectedAt }) {
            try connect(until: record.collectedAt)
            let device =
                devices[record.worker]
                ?? Device(
                    UInt32(devices.count + 2), user: record.worker, role: .worker, tenant: tenant)
            if devices[record.worker] == nil {
                device.sync(with: hub)
                devices[record.worker] = device
            }
            device.now = record.collectedAt
            outboxes[record.worker, default: []].append(
                device.pay(
                    record.key, from: record.retailer, record.amount, method: record.method))
            let at = max(connections[record.worker] ?? 0, record.connectedAt)
            connections[record.worker] = at
        }
        try connect(until: .max)
    }
}
