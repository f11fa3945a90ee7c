import ArgumentParser

@main
struct Ordeal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "lynk-ordeal",
        abstract: "Real processes under real failures, and a check of everything that they saw.",
        discussion: """
            A run is a lynkd with TLS on this machine and some devices, each a process of its own \
            that writes, pays and syncs, while processes are killed and stopped, lines are cut, \
            disks fill up, files are copied and put back, and the hub is restored from a backup. \
            Then everything is let to come to rest, and the history of all that was written and \
            read is checked.

              bash Tests/ordeal.sh --runs 3

            Exit codes: 0 no violation, 1 a violation or a failure, 64 wrong usage.
            """,
        subcommands: [RunOrdeal.self, CheckHistory.self, MeasureCheck.self, PlayDevice.self],
        defaultSubcommand: RunOrdeal.self)
}
