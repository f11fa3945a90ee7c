import ArgumentParser
import Foundation
import Glibc
import Lynk
import LynkHistory

struct RunOrdeal: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "run", abstract: "Does runs, one after the other, and checks each.",
        discussion: """
            Run N has the seed S + N - 1, which decides what its devices do and what goes wrong \
            when. Everything is on 127.0.0.1 and in a temporary directory, which is removed; \
            that of a run with a violation is kept, and its place printed.
            """)

    @Option(help: "How many runs.")
    var runs = 2
    @Option(help: "The seed of the first run.")
    var seed: UInt64 = 1
    @Option(help: "Seconds that things go wrong for, in each run; coming to rest takes as long.")
    var seconds = 8
    @Option(help: ArgumentHelp("The lynkd program.", valueName: "path"))
    var lynkd: String
    @Option(
        help: ArgumentHelp(
            """
            A small file system that may be filled up, for the runs with an even seed. Otherwise \
            the size of files is limited, which needs no rights.
            """, valueName: "path"))
    var smallDisk: String?
    @Option(help: ArgumentHelp("Adds a line per run to this file.", valueName: "csv"))
    var record: String?
    @Option(help: "What to call the version in the record.")
    var commit = ""
    @Flag(help: "Keep the files of every run.")
    var keep = false

    func validate() throws {
        guard (1...100_000).contains(runs) else {
            throw ValidationError("--runs must be from 1 to 100000")
        }
        guard (1...600).contains(seconds) else {
            throw ValidationError("--seconds must be from 1 to 600")
        }
    }

    func run() async throws {
        // Children inherit it: a file that may not grow gives an error then, and no signal.
        signal(SIGXFSZ, SIG_IGN)
        signal(SIGPIPE, SIG_IGN)
        let work = FileManager.default.temporaryDirectory
            .appendingPathComponent("lynk-ordeal-\(getpid())")
        try FileManager.default.createDirectory(at: work, withIntermediateDirectories: true)
        let interrupts = Self.endOnSignals(removing: work)
        defer { interrupts.forEach { $0.cancel() } }
        let certificates = work.appendingPathComponent("certificates")
        try await makeCertificates(certificates)
        let programs = OrdealRun.Programs(
            lynkd: lynkd, device: CommandLine.arguments[0], certificates: certificates)
        var failed = 0
        var total = NemesisCounts()
        for number in 0..<runs {
            let seed = seed &+ UInt64(number)
            guard let result = await one(number, seed, programs, work) else {
                failed += 1
                continue
            }
            total += result.counts
            failed += result.anomalies.isEmpty ? 0 : 1
        }
        let done = total.columns.map { "\($0.count) \($0.name.replacing("_", with: " "))" }
        print("\(done.joined(separator: ", "))")
        print("\(runs - failed) runs passed, \(failed) failed")
        if keep { print("the files of all runs: \(work.path)") }
        if failed == 0, !keep { try? FileManager.default.removeItem(at: work) }
        if failed > 0 { throw ExitCode(1) }
    }

    /// - Returns: `nil` when the run itself could not be done.
    private func one(
        _ number: Int, _ seed: UInt64, _ programs: OrdealRun.Programs, _ work: URL
    ) async -> RunResult? {
        let folder = work.appendingPathComponent("run-\(seed)")
        let disk = seed % 2 == 0 ? smallDisk.map { URL(fileURLWithPath: $0) } : nil
        Self.empty(disk)
        progress("run \(number + 1)/\(runs)  seed \(seed) ...")
        do {
            let result = try await OrdealRun(
                Plan(seed: seed, seconds: seconds), seconds: seconds, programs: programs,
                folder: folder, smallDisk: disk
            ).run()
            progress("")
            print(result.text(number + 1, of: runs))
            try note(result)
            if result.anomalies.isEmpty {
                if !keep { try? FileManager.default.removeItem(at: folder) }
            } else {
                Self.save(disk, in: folder)
                explain(result.anomalies.map(\.description), seed, folder)
            }
            Self.empty(disk)
            return result
        } catch {
            progress("")
            Self.save(disk, in: folder)
            explain(["the run could not be done: \(error)"], seed, folder)
            return nil
        }
    }

    private func explain(_ what: [String], _ seed: UInt64, _ folder: URL) {
        print("FAILED  seed \(seed)\(commit.isEmpty ? "" : "  commit \(commit)")")
        for line in what.prefix(12) { print("  broke   \(line)") }
        if what.count > 12 { print("          and \(what.count - 12) more") }
        print("  files   \(folder.path)  (history/ has what each session did and saw)")
        print("  check   lynk-ordeal check \(folder.path)/history")
        print("  again   bash Tests/ordeal.sh --runs 1 --seed \(seed) --seconds \(seconds)")
    }

    private func note(_ result: RunResult) throws {
        guard let record else { return }
        let file = URL(fileURLWithPath: record)
        let isNew = !FileManager.default.fileExists(atPath: record)
        let date = String(Date().ISO8601Format().prefix(10))
        let text =
            (isNew ? RunResult.columns + "\n" : "")
            + result.line(date: date, commit: commit) + "\n"
        let handle = Glibc.open(file.path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o644)
        guard handle >= 0 else { throw Problem(.internalFailure, "cannot write \(record)") }
        defer { close(handle) }
        _ = write(handle, text, text.utf8.count)
    }

    private func makeCertificates(_ folder: URL) async throws {
        let log = folder.deletingLastPathComponent().appendingPathComponent("certificate.log").path
        let tool = try ChildProcess(
            [lynkd, "certificate", "--out", folder.path], output: .file(log), errors: log)
        guard try await tool.wait(seconds: 30) == .exit(0) else {
            tool.kill()
            throw Problem(.internalFailure, "lynkd made no certificates: see \(log)")
        }
    }

    /// What a small disk held goes with a failed run's files.
    private static func save(_ disk: URL?, in folder: URL) {
        guard let disk else { return }
        Disks.free(disk.appendingPathComponent("hub"))
        Disks.free(disk.appendingPathComponent("devices"))
        for name in ["hub", "devices"] {
            try? FileManager.default.copyItem(
                at: disk.appendingPathComponent(name), to: folder.appendingPathComponent(name))
        }
    }

    /// The folders stay: each may be a file system of its own.
    private static func empty(_ disk: URL?) {
        guard let disk else { return }
        for name in ["hub", "devices"] {
            let folder = disk.appendingPathComponent(name)
            let names = (try? FileManager.default.contentsOfDirectory(atPath: folder.path)) ?? []
            for name in names {
                try? FileManager.default.removeItem(at: folder.appendingPathComponent(name))
            }
        }
    }

    private func progress(_ line: String) {
        guard isatty(2) == 1 else { return }
        FileHandle.standardError.write(Data("\r\u{1B}[K\(line)".utf8))
    }

    /// Told to end, it leaves no process and no file.
    private static func endOnSignals(removing work: URL) -> [any DispatchSourceSignal] {
        [SIGINT, SIGTERM, SIGHUP].map { number in
            signal(number, SIG_IGN)
            let source = DispatchSource.makeSignalSource(signal: number)
            source.setEventHandler {
                ChildProcess.killAll()
                try? FileManager.default.removeItem(at: work)
                Glibc.exit(128 + number)
            }
            source.resume()
            return source
        }
    }
}
