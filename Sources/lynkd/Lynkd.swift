import ArgumentParser

@main
struct Lynkd: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lynkd",
        abstract: "The Lynk hub: devices that worked offline meet here and agree.",
        discussion: """
            A first start, on this machine only:

              lynkd certificate --out certificates
              lynkd serve --data data --certificate certificates/server.pem \\
                --key certificates/server.key --port 8443
              lynkd operator-token --data data
              lynkd backup --data data --out backups/first

            Exit codes: 0 stopped as asked, 1 failed with the reason on standard error, 3 the data
            directory is in use by another lynkd, 64 wrong usage.
            """,
        subcommands: [
            Serve.self, Backup.self, Restore.self, Floor.self, Check.self, MakeCertificate.self,
            ShowOperatorToken.self, RetailerKey.self,
        ])
}
