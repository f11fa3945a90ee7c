import Foundation
import LynkCore
import LynkPayments

/// The network of the sample data: wholesalers, their workers, and the payments of one month.
struct DataSet: Sendable {
    struct Tenant: Sendable {
        let id: TenantID
        let name: String
        /// What to import, in this order: the importer's name and the tenant's part of the file.
        let files: [(importer: String, text: String)]
    }

    struct Worker: Sendable {
        let id: UserID
        /// Place of its tenant in ``DataSet/tenants``.
        let tenant: Int
    }

    struct Payment: Sendable {
        let record: PaymentRecord
        /// Place of the collector in ``DataSet/workers``.
        let worker: Int
    }

    let tenants: [Tenant]
    let workers: [Worker]
    /// In order of collection.
    let payments: [Payment]
    let startMilliseconds: Int64

    /// Reads the folder of the data set.
    ///
    /// - Parameters:
    ///   - tenantsMax: only the first so many wholesalers.
    ///   - days: only payments of the first so many days of October.
    /// - Throws: ``Problem`` or ``ImportProblem`` for a file that is not as described beside it.
    init(folder: URL, tenantsMax: Int, days: Int) throws {
        func text(_ name: String) throws -> String {
            try String(contentsOf: folder.appendingPathComponent(name + ".csv"), encoding: .utf8)
        }
        let names = FileByTenant.pairs(try text("tenants"), "id", "name").prefix(tenantsMax)
        let files = try Self.files(text)
        tenants = try names.map { id, name in
            guard let tenant = TenantID(id) else {
                throw Problem(.importInvalid, "\(id) is no identifier")
            }
            return Tenant(id: tenant, name: name, files: try Self.own(files, tenant))
        }
        var places: [String: Int] = [:]
        for (place, tenant) in tenants.enumerated() { places[tenant.id.description] = place }
        workers = FileByTenant.pairs(try text("workers"), "id", "tenant_id").compactMap {
            guard let id = UserID($0), let tenant = places[$1] else { return nil }
            return Worker(id: id, tenant: tenant)
        }

        // The month begins at midnight in India.
        startMilliseconds = 1_790_793_000_000
        let end = startMilliseconds + Int64(days) * 86_400_000
        var collectors: [RowKey: Int] = [:]
        for (place, worker) in workers.enumerated() {
            collectors[RowKey(high: worker.id.high, low: worker.id.low)] = place
        }
        payments = try PaymentRecord.read(try text("payments-2026-10"))
            .filter { $0.collectedAt < end }
            .compactMap { record in
                collectors[record.worker].map { Payment(record: record, worker: $0) }
            }
            .sorted {
                ($0.record.collectedAt, $0.record.key) < ($1.record.collectedAt, $1.record.key)
            }
        guard !payments.isEmpty else {
            throw Problem(.importInvalid, "there is no payment to replay")
        }
    }

    /// Every file, cut by tenant, in the order of import: what is named comes before what names it.
    private static func files(
        _ text: (String) throws -> String
    ) throws -> [(name: String, parts: [String: String])] {
        var files: [(name: String, parts: [String: String])] = []
        for (name, column) in [
            ("tenants", "id"), ("areas", "tenant_id"), ("workers", "tenant_id"),
            ("retailers", "tenant_id"), ("invoices", "tenant_id"),
        ] {
            let file = try FileByTenant(try text(name), column: column) { $0 }
            files.append((name, file.parts))
        }
        let owners = Dictionary(
            FileByTenant.pairs(try text("invoices"), "id", "tenant_id"),
            uniquingKeysWith: { first, _ in first })
        let lines = try FileByTenant(try text("invoice_lines"), column: "invoice_id") { owners[$0] }
        files.append(("invoice_lines", lines.parts))
        return files
    }

    private static func own(
        _ files: [(name: String, parts: [String: String])], _ tenant: TenantID
    ) throws -> [(importer: String, text: String)] {
        var own: [(importer: String, text: String)] = []
        var invoices = ""
        for file in files {
            guard var text = file.parts[tenant.description] else { continue }
            if file.name == "invoices" { invoices = text }
            if file.name == "invoice_lines" {
                text = try InvoiceLineImport.joined(lines: text, invoices: invoices, of: tenant)
            }
            own.append((file.name, text))
        }
        return own
    }

    /// What the file says was collected of one tenant.
    func collected(of tenant: Int) -> (count: Int, paise: Int64) {
        payments.reduce(into: (0, 0)) { sum, payment in
            guard workers[payment.worker].tenant == tenant else { return }
            sum.0 += 1
            sum.1 += payment.record.amount
        }
    }
}
