import Foundation
import LynkFuzzTargets
import Testing

/// The inputs that fuzzing has found worth keeping, one folder per target.
enum Corpus {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Corpus")

    static func inputs(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = root.appendingPathComponent(target.name)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            ($0, Array(try Data(contentsOf: folder.appendingPathComponent($0))))
        }
    }

    /// Puts a target's seeds into its folder when that holds nothing.
    static func begin(_ target: FuzzTarget) throws {
        let folder = root.appendingPathComponent(target.name)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        guard try inputs(target).isEmpty else { return }
        for (number, seed) in try target.seeds().enumerated() {
            try Data(seed).write(to: folder.appendingPathComponent("seed-\(number)"))
        }
    }

    /// Runs something on a thread of its own: some targets wait for tasks, which need the threads
    /// of the cooperative pool.
    static func onThread<Value: Sendable>(_ body: @escaping @Sendable () -> Value) async -> Value {
        await withCheckedContinuation { waiting in
            Thread { waiting.resume(returning: body()) }.start()
        }
    }
}

@Suite("The corpus of the fuzzer") struct CorpusTests {
    @Test(
        "Every input kept passes, within the bounds of memory",
        arguments: FuzzTarget.all.map(\.name))
    func replay(name: String) async throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        if ProcessInfo.processInfo.environment["LYNK_WRITE_SEEDS"] != nil {
            try Corpus.begin(target)
        }
        let inputs = try Corpus.inputs(target)
        let advice = "begin with its seeds by LYNK_WRITE_SEEDS=1, then run Tests/fuzz.sh --keep"
        #expect(!inputs.isEmpty, "Tests/Corpus/\(target.name) holds nothing: \(advice)")
        let broken = await Corpus.onThread {
            inputs.compactMap { input -> String? in
                do { try target.run(input.bytes) } catch { return "\(input.name): \(error)" }
                return nil
            }
        }
        #expect(broken.isEmpty, "Tests/Corpus/\(target.name)")
    }

    @Test("Every folder is of a target, and small")
    func folders() throws {
        let folders = try FileManager.default.contentsOfDirectory(atPath: Corpus.root.path)
        #expect(Set(folders) == Set(FuzzTarget.all.map(\.name)))
        var total = 0
        for target in FuzzTarget.all {
            for input in try Corpus.inputs(target) {
                #expect(input.bytes.count <= target.bytesMax, "\(target.name)/\(input.name)")
                total += input.bytes.count
            }
        }
        #expect(total < 3 << 20)
    }
}
