import CFuzzSupport
import LynkClient
import LynkCore
import LynkWire

/// Something that reads bytes from outside, and what must be true of it whatever the bytes are.
///
/// libFuzzer looks for bytes that break it (Tests/Fuzz/README.md); the corpus that it left is
/// replayed by the ordinary tests.
public struct FuzzTarget: Sendable {
    /// The name of the target's folder in Tests/Corpus.
    public let name: String
    /// The longest input that says something new.
    public let bytesMax: Int
    /// Gives the target one input.
    ///
    /// - Throws: ``FuzzFault`` when what must be true is not.
    public let run: @Sendable (_ input: [UInt8]) throws -> Void

    /// Inputs to begin with that are made rather than written down.
    public let seeds: @Sendable () throws -> [[UInt8]]

    init(
        _ name: String, bytesMax: Int = 4_096,
        seeds: @escaping @Sendable () throws -> [[UInt8]] = { [] },
        _ run: @escaping @Sendable ([UInt8]) throws -> Void
    ) {
        self.name = name
        self.bytesMax = bytesMax
        self.seeds = seeds
        self.run = run
    }
}

/// What an input has shown to be wrong.
public struct FuzzFault: Error, CustomStringConvertible {
    public let description: String

    init(_ description: String) { self.description = description }
}

/// How much memory a reader may hold at once for so many bytes of input.
struct AllocationBound {
    let perByte: Int
    let constant: Int

    /// What decoders keep to: four times the input. The constant covers what the smallest
    /// message takes: arrays, boxes and the words of an error.
    static let standard = AllocationBound(perByte: 4, constant: 64 << 10)

    func most(_ count: Int) -> Int { perByte * count + constant }
}

/// Reads the input, and judges how much memory that took and what it threw.
///
/// - Returns: what was read; `nil` when the reader refused with an error that a caller can name.
func reading<Result>(
    _ input: [UInt8], within bound: AllocationBound = .standard, _ body: () throws -> Result
) throws -> Result? {
    lynk_allocations_begin()
    let result: Swift.Result<Result, any Error>
    do { result = .success(try body()) } catch { result = .failure(error) }
    let most = Int(lynk_allocations_end())
    guard most <= bound.most(input.count) else {
        throw FuzzFault("held \(most) bytes for an input of \(input.count)")
    }
    do { return try result.get() } catch { return try refused(error) }
}

/// Lets a refusal pass; anything that a caller could not name is a fault.
func refused<Result>(_ error: any Error) throws -> Result? {
    switch error {
    case let problem as Problem:
        guard problem.code != .internalFailure else {
            throw FuzzFault("an inner failure: \(problem)")
        }
        return nil
    case is WireError, is JSONError, is MessageFault, is ImportProblem: return nil
    default: throw FuzzFault("an error without a type: \(type(of: error)): \(error)")
    }
}

/// - Throws: ``FuzzFault`` with these words unless the condition holds.
func expect(_ condition: Bool, _ words: @autoclosure () -> String) throws {
    guard condition else { throw FuzzFault(words()) }
}
