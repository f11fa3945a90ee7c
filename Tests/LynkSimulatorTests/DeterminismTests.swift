import Foundation
import LynkSimulator
import Testing

/// A seed is a world: on every run, in every process, in a debug and in a release build. The last
/// is what `bash Tests/determinism.sh` compares; a process of its own is enough to see an order
/// that comes from a hash table, because Swift seeds those anew in every process.
@Suite("One seed, one history")
struct DeterminismTests {
    static let seeds = 6

    @Test("Another process plays the same histories")
    func processes() throws {
        let here = (1...Self.seeds).map { seed in
            let outcome = Simulation.run(seed: UInt64(seed))
            return "\(seed) \(String(format: "%016llx", outcome.traceHash)) \(outcome.steps)"
        }
        for _ in 0..<2 { #expect(try Self.played() == here) }
    }

    /// What the program that stands beside the tests says of the seeds.
    private static func played() throws -> [String] {
        let tests = try FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")
        let program = URL(fileURLWithPath: tests).deletingLastPathComponent()
            .appendingPathComponent("lynk")
        try #require(FileManager.default.isExecutableFile(atPath: program.path), "\(program)")
        let process = Process()
        process.executableURL = program
        process.arguments = ["simulate", "--hashes", "--seeds", "\(seeds)"]
        let output = Pipe()
        process.standardOutput = output
        try process.run()
        let said = output.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        #expect(process.terminationStatus == 0)
        return String(decoding: said, as: UTF8.self).split(separator: "\n").map(String.init)
    }
}
