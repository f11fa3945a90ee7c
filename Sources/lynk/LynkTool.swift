import ArgumentParser

@main
struct LynkTool: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lynk",
        abstract: "Collects payments without a network, and syncs them when there is one.",
        discussion: """
            Everything is kept in one file, the replica. Writing needs no network and is durable \
            when the command returns; `lynk sync` brings the replica and the hub in step.

            A first day:

              export LYNK_REPLICA=asha.db LYNK_CA=authority.pem
              lynk enroll --server https://hub.example:8443 7XK2-M0QF-9D4T
              lynk sync
              lynk retailers
              lynk invoices --retailer R001
              lynk collect --retailer R001 --amount 10,000.00 --method CASH
              lynk outbox
              lynk sync
              lynk payments

            Amounts are in rupees: 1234, 1,23,456.5 and 1,23,456.78 are understood. With --json \
            a command prints one JSON array or object; amounts are then strings of paise.

            Exit codes:
              0   done
              1   failed; standard error says why and what to do
              2   synced, but something is for people: a change was refused, or the replica
                  differs from the hub
              3   the hub cannot be reached now; everything written is kept, repeat later
              64  wrong usage
            """,
        subcommands: [
            Enroll.self, Sync.self, Watch.self, Status.self, Outbox.self, Receipts.self,
            Rejected.self, Conflicts.self, Verify.self, Logout.self, Retailers.self,
            Invoices.self, Collect.self, Complete.self, Cancel.self, Challenge.self, Attest.self,
            Confirm.self,
            ListPayments.self,
            ShowReceipt.self, ShowDaySheet.self, ShowStatement.self,
            Handover.self, Count.self, Deposit.self, Resolve.self, Dashboard.self,
            Balance.self, Exceptions.self, Why.self, Decode.self, Simulate.self,
        ])
}
