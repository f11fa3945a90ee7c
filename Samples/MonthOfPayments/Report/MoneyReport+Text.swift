import LynkPayments

extension MoneyReport {
    /// The same text for the same money.
    ///
    /// - Parameter contestsMax: how many of the concurrent payments are told.
    func text(contestsMax: Int = .max) -> String {
        [table, totals, contestsText(max: contestsMax)].joined(separator: "\n\n")
    }

    private var table: String {
        let methods = PaymentMethod.allCases
        var table = TextTable(
            ["Wholesaler"] + methods.flatMap { [$0.rawValue, "₹"] }
                + ["payments", "collected ₹", "trial balance", "outstanding ₹", "credit ₹"])
        for tenant in tenants {
            table.add(
                [tenant.name] + methods.flatMap { cells(tenant.methods[$0]) }
                    + [
                        counted(tenant.count), rupees(tenant.paise), rupees(tenant.trialBalance),
                        rupees(tenant.outstanding), rupees(tenant.credit),
                    ])
        }
        table.rule()
        let sums = methods.flatMap { method in
            cells(
                tenants.reduce(into: (count: 0, paise: Int64(0))) { sum, tenant in
                    sum.count += tenant.methods[method]?.count ?? 0
                    sum.paise += tenant.methods[method]?.paise ?? 0
                })
        }
        table.add(
            ["All"] + sums + [
                counted(tenants.reduce(0) { $0 + $1.count }), rupees(sum(\.paise)),
                rupees(sum(\.trialBalance)), rupees(sum(\.outstanding)), rupees(sum(\.credit)),
            ])
        return table.text
    }

    private func cells(_ cell: (count: Int, paise: Int64)?) -> [String] {
        [counted(cell?.count ?? 0), rupees(cell?.paise ?? 0)]
    }

    private func sum(_ figure: (Tenant) -> Int64) -> Int64 {
        tenants.reduce(0) { $0 + figure($1) }
    }

    private var totals: String {
        let file = sum { $0.file.paise }
        let balanced = tenants.count { $0.trialBalance == 0 }
        let verdict = sum(\.paise) == file ? "equal" : "DIFFERENT"
        return """
            Collected at the hub    ₹ \(rupees(sum(\.paise)))
            Collected in the file   ₹ \(rupees(file))  \(verdict)
            Trial balance zero in   \(balanced) of \(tenants.count) tenants
            """
    }

    private func contestsText(max: Int) -> String {
        let all = tenants.flatMap { tenant in tenant.contests.map { (tenant.name, $0) } }
        var lines = [
            "Payments made concurrently for one invoice: \(counted(all.count)) pairs, "
                + "₹ \(rupees(all.reduce(0) { $0 + $1.1.contested })) contested"
        ]
        for (tenant, contest) in all.prefix(max) {
            lines.append("  \(tenant), retailer \(contest.retailer), \(contest.invoices)")
            for side in contest.sides {
                let parts =
                    side.applied.split(separator: " ").map { part in
                        let pair = part.split(separator: ":")
                        return pair.count == 2
                            ? "₹ \(rupees(Int64(pair[1]) ?? 0)) to \(pair[0])" : String(part)
                    } + (side.credit > 0 ? ["₹ \(rupees(side.credit)) as credit"] : [])
                lines.append(
                    "    \(side.worker) ₹ \(rupees(side.amount)): "
                        + parts.joined(separator: ", "))
            }
        }
        if all.count > max { lines.append("  and \(counted(all.count - max)) more") }
        return lines.joined(separator: "\n")
    }
}
