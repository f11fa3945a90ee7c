import Lynk
import LynkPayments

/// What became of the money: the part of the report that no fault may change by a paisa.
struct MoneyReport: Sendable {
    struct Tenant: Sendable {
        let name: String
        /// Payments and paise per method, as the hub has them.
        let methods: [PaymentMethod: (count: Int, paise: Int64)]
        let outstanding: Int64
        let credit: Int64
        /// Debits less credits over all postings.
        let trialBalance: Int64
        /// Stored figures that differ from what the journal gives.
        let drift: Int
        let file: (count: Int, paise: Int64)
        let contests: [Contest]

        var count: Int { methods.values.reduce(0) { $0 + $1.count } }
        var paise: Int64 { methods.values.reduce(0) { $0 + $1.paise } }
    }

    /// Two payments that were collected side by side for the same invoices.
    struct Contest: Sendable {
        struct Side: Sendable {
            let worker: String
            let amount, credit: Int64
            /// `invoice:amount`, separated by spaces.
            let applied: String
        }

        let retailer, invoices: String
        let contested: Int64
        let sides: [Side]
    }

    let tenants: [Tenant]

    /// Asks the hub for everything.
    static func collect(_ data: DataSet, from office: OperatorClient) async throws -> MoneyReport {
        var tenants: [Tenant] = []
        for (place, tenant) in data.tenants.enumerated() {
            tenants.append(try await Self.tenant(place, tenant, data, office))
        }
        return MoneyReport(tenants: tenants)
    }

    private static func tenant(
        _ place: Int, _ tenant: DataSet.Tenant, _ data: DataSet, _ office: OperatorClient
    ) async throws -> Tenant {
        var methods: [PaymentMethod: (count: Int, paise: Int64)] = [:]
        for row in try await office.run("payments_by_method", in: tenant.id) {
            guard let method = row["method"].flatMap(PaymentMethod.init(rawValue:)) else {
                throw Problem(.responseInvalid, "a method that nobody declared")
            }
            methods[method] = (Int(try row.number("payments")), try row.number("amount"))
        }
        let owed = try await office.one("outstanding_total", in: tenant.id)
        let balance = try await office.one("trial_balance", in: tenant.id)
        let drift = try await office.run("drift", in: tenant.id).count
        let contests = try await office.run("concurrent_payments", in: tenant.id)
        return Tenant(
            name: tenant.name, methods: methods, outstanding: try owed.number("outstanding"),
            credit: try owed.number("unapplied_credit"),
            trialBalance: try balance.number("difference"), drift: drift,
            file: data.collected(of: place), contests: try contests.map(Contest.init))
    }

    /// Why the month did not come out right; empty when it did.
    var faults: [String] {
        tenants.flatMap { tenant in
            var faults: [String] = []
            if tenant.count != tenant.file.count || tenant.paise != tenant.file.paise {
                faults.append(
                    "\(tenant.name): the hub has \(tenant.count) payments of "
                        + "\(rupees(tenant.paise)), the file \(tenant.file.count) of "
                        + rupees(tenant.file.paise))
            }
            if tenant.trialBalance != 0 {
                faults.append("\(tenant.name): trial balance \(rupees(tenant.trialBalance))")
            }
            if tenant.drift != 0 {
                faults.append("\(tenant.name): \(tenant.drift) figures differ from the journal")
            }
            return faults
        }
    }
}

extension MoneyReport.Contest {
    fileprivate init(_ row: [String: String]) throws {
        func side(_ prefix: String) throws -> Side {
            Side(
                worker: row[prefix + "worker"] ?? "", amount: try row.number(prefix + "amount"),
                credit: try row.number(prefix + "credit"), applied: row[prefix + "applied_to"] ?? ""
            )
        }
        retailer = row["retailer"] ?? ""
        invoices = row["invoices"] ?? ""
        contested = try row.number("contested")
        sides = [try side(""), try side("other_")]
    }
}

extension [String: String] {
    /// - Throws: ``Problem`` `response_invalid` when the column is not there or not a number.
    fileprivate func number(_ column: String) throws -> Int64 {
        guard let number = self[column].flatMap({ Int64($0) }) else {
            throw Problem(.responseInvalid, "the hub's answer has no number in \(column)")
        }
        return number
    }
}

extension OperatorClient {
    /// The only row of a query.
    fileprivate func one(_ query: String, in tenant: TenantID) async throws -> [String: String] {
        guard let row = try await run(query, in: tenant).first else {
            throw Problem(.responseInvalid, "\(query) gave no row")
        }
        return row
    }
}
