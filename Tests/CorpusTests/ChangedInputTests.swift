import Foundation
import LynkFuzzTargets
import Testing

/// Fuzzing without a build for it: the corpus, changed by chance from a seed. It reaches less than
/// libFuzzer in the same time, since nothing tells it which lines an input has reached; but every
/// run of the tests does it, in the build that they have anyway.
///
/// `LYNK_INPUTS` says how many inputs each target gets (a quick one 1,500, a slow one 40) and
/// `LYNK_INPUT_SEED` which (1).
@Suite("Changes of the corpus") struct ChangedInputTests {
    private static func setting(_ name: String) -> UInt64? {
        ProcessInfo.processInfo.environment[name].flatMap { UInt64($0) }
    }

    @Test(
        "No change of an input that is kept breaks its target",
        arguments: FuzzTarget.all.map(\.name))
    func mutated(name: String) async throws {
        let target = try #require(FuzzTarget.all.first { $0.name == name })
        let inputs = try Corpus.inputs(target).map(\.bytes) + target.seeds()
        let count = Self.setting("LYNK_INPUTS") ?? (target.isQuick ? 1_500 : 40)
        let seed = Self.setting("LYNK_INPUT_SEED") ?? 1
        let broken = await Corpus.onThread { () -> String? in
            var changer = InputChanger(inputs: inputs, bytesMax: target.bytesMax, seed: seed)
            for number in 0..<count {
                let input = changer.next()
                do { try target.run(input) } catch {
                    let bytes = input.map { String($0, radix: 16) }.joined(separator: " ")
                    return "input \(number) of seed \(seed): \(error): \(bytes)"
                }
            }
            return nil
        }
        #expect(broken == nil)
    }

    @Test("The same seed makes the same inputs, all within the bound, and most are new")
    func deterministic() {
        let kept: [[UInt8]] = [[], [1], Array(0..<200)]
        var one = InputChanger(inputs: kept, bytesMax: 64, seed: 7)
        var other = InputChanger(inputs: kept, bytesMax: 64, seed: 7)
        let inputs = (0..<1_000).map { _ in one.next() }
        #expect(inputs == (0..<1_000).map { _ in other.next() })
        #expect(inputs.allSatisfy { $0.count <= 64 })
        #expect(Set(inputs).count > 400)
    }
}

/// Changes inputs: bits, bytes, numbers at the edges, pieces taken out, doubled or moved over from
/// another input.
private struct InputChanger {
    private let inputs: [[UInt8]]
    private let bytesMax: Int
    private var state: UInt64

    init(inputs: [[UInt8]], bytesMax: Int, seed: UInt64) {
        self.inputs = inputs.isEmpty ? [[]] : inputs
        self.bytesMax = bytesMax
        state = seed
    }

    mutating func next() -> [UInt8] {
        var input = inputs[below(inputs.count)]
        for _ in 0...below(4) { change(&input) }
        return Array(input.prefix(bytesMax))
    }

    private mutating func change(_ input: inout [UInt8]) {
        let at = below(input.count + 1)
        let length = min(1 + below(16), input.count - at)
        switch below(8) {
        case 0 where at < input.count: input[at] ^= 1 << UInt8(below(8))
        case 1 where at < input.count: input[at] = UInt8(below(256))
        case 2: input.insert(UInt8(below(256)), at: at)
        case 3: input.removeSubrange(at..<(at + length))
        case 4: input.insert(contentsOf: Array(input[at..<(at + length)]), at: at)
        case 5:
            let edges: [[UInt8]] = [
                [0x1b] + Array(repeating: 0xff, count: 8), [0x3b, 0x7f, 0xff, 0xff, 0xff],
                [0x1a, 0xff, 0xff, 0xff, 0xff], [0x5b, 0, 0, 0, 1, 0, 0, 0, 0], [0x9f], [0xff],
                [0x80], [0xf6], [0x00], [0x22], [0x2d, 0x31], [0x0a],
            ]
            input.replaceSubrange(at..<(at + length), with: edges[below(edges.count)])
        case 6:
            let other = inputs[below(inputs.count)]
            let from = below(other.count + 1)
            input.replaceSubrange(
                at..<(at + length), with: other[from..<min(from + 64, other.count)])
        default: input.removeSubrange(at...)
        }
    }

    /// SplitMix64 (Steele, Lea, Flood, 2014).
    private mutating func below(_ bound: Int) -> Int {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Int((mixed ^ (mixed >> 31)) % UInt64(bound))
    }
}
