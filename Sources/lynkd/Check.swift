import ArgumentParser
import LynkCore
import LynkPayments
import LynkStore

struct Check: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Recomputes every figure of the books from the facts, and names what differs.",
        discussion: """
            Run it every night. It reads only, in one read of each tenant's file, also while lynkd \
            serves the directory. A difference is a fault of the program and never of a person: \
            report it with the printed rows, and keep the backup of before.

              lynkd check --data data

            Exit codes: 0 no differences and debits equal credits, 2 something differs, 1 failed.
            """)

    @Option(help: "The data directory.")
    var data: String
    @Option(help: "Only this tenant.")
    var tenant: String?

    func run() async throws {
        var isClean = true
        try await Failure.reported {
            let only = try tenant.map { text in
                guard let id = TenantID(text) else {
                    throw Problem(.parameterInvalid, "\(text) is no tenant's id")
                }
                return id
            }
            let tenants = try TenantFile.tenants(in: data).filter { only == nil || $0 == only }
            guard !tenants.isEmpty || only == nil else {
                throw Problem(.notFound, "\(data) has no such tenant")
            }
            for tenant in tenants {
                if try !check(tenant) { isClean = false }
            }
        }
        if !isClean { throw ExitCode(2) }
    }

    /// - Returns: whether nothing differs.
    private func check(_ tenant: TenantID) throws -> Bool {
        let check = try TenantFile.read(tenant, in: data) { run in try BooksCheck(run) }
        let balance = check.isBalanced ? "in balance" : "NOT in balance"
        print(
            "tenant: \(tenant) \(check.differences.count) differences, \(check.postings) postings "
                + "of \(Rupees.text(check.debits)) \(balance)")
        for difference in check.differences {
            let subject = difference.subject.map { "\($0)" } ?? "?"
            print(
                "  \(difference.figure) of \(subject): stored \(difference.stored), computed "
                    + "\(difference.computed)")
        }
        return check.isBalanced && check.differences.isEmpty
    }
}
