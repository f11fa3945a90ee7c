import Foundation
import LynkFuzzTargets
import Testing

/// The inputs that fuzzing has found worth keeping, one folder per target.
private enum Corpus {
    static let root = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Corpus")

    static func inputs(_ target: FuzzTarget) throws -> [(name: String, bytes: [UInt8])] {
        let folder = root.appendingPathComponent(target.name)
        return try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted().map {
            ($0, Array(try Data(contentsOf: folder.appendingPathComponent($0))))
        }
    }
}

@Suite("The corpus of the fuzzer") struct CorpusTests {
    @Test(
        "Every input kept passes, within the bounds of memory",
        arguments: FuzzTarget.all.map(\.name))
    func replay(name: String) throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let inputs = try Corpus.inputs(target)
        #expect(!inputs.isEmpty, "Tests/Corpus/\(target.name) holds nothing: run Tests/fuzz.sh")
        for input in inputs {
            do {
                try target.run(input.bytes)
            } catch {
                Issue.record("Tests/Corpus/\(target.name)/\(input.name): \(error)")
            }
        }
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
