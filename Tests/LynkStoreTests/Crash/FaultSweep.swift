import CFaultVFS
import GRDB
import LynkCore
import Testing

@testable import LynkStore

/// Something that a scenario asks the system for many times, and that can be refused each time.
struct FaultSweep: Sendable {
    /// The call from now on that fails, counted from 1, and whether all after it do; 0 ends it.
    let fail: @Sendable (Int64, Bool) -> Void
    let count: @Sendable () -> Int64
    /// Tries every so many calls.
    let stride: Int
    /// Where a sweep that ended its process goes on; `nil` for one that cannot.
    var progress: SweepProgress?

    /// Calls that reach a file.
    static let disk = FaultSweep(
        fail: { lynk_fault_fail($0, $1 ? 1 : 0) }, count: { lynk_fault_calls() },
        stride: CrashTests.stride == 1 ? 1 : CrashTests.stride * 9)
    /// SQLite's requests for memory. From then on only those of a page are refused: GRDB ends the
    /// process when not even a rollback can be prepared, and that is one more crash.
    static let memory = FaultSweep(
        fail: { lynk_fault_memory_fail($0, $1 ? 4_096 : 0) }, count: { lynk_fault_memory_calls() },
        stride: CrashTests.stride == 1 ? 1 : CrashTests.stride * 29,
        progress: SweepProgress())

    private func start(of place: String) throws -> Int64? {
        guard let progress else { return 1 }
        return try progress.start(of: place)
    }

    /// Plays once with each call failing.
    ///
    /// - Parameter play: plays with the given function around what may fail, and tells what is
    ///   wrong after a new start.
    func run(
        _ name: String, isSticky: Bool, _ play: ((() throws -> Void) -> Void) throws -> [String]
    ) throws {
        let place = "\(name)\(isSticky ? ", from then on" : "")"
        // One that ended its process goes on after the call that did.
        guard let first = try start(of: place) else { return }
        // The first time none fails: how many there are.
        var calls: Int64 = 0
        let clean = try play { body in
            fail(.max, false)
            #expect(throws: Never.self, "\(name)") { try body() }
            calls = count()
            fail(0, false)
        }
        #expect(clean == [], "\(name)")
        #expect(calls > 10, "\(name)")
        var violations: [String] = []
        var told = 0
        var tried = 0
        for call in Swift.stride(from: first, through: calls, by: stride) {
            tried += 1
            try progress?.begin(place, call)
            let place = "\(name): call \(call) of \(calls) fails: "
            do {
                violations += try play { body in
                    fail(call, isSticky)
                    defer { fail(0, false) }
                    do {
                        try body()
                    } catch {
                        told += 1
                        let isTyped = error is Problem || error is DatabaseError
                        if !isTyped { violations.append(place + "\(type(of: error))") }
                    }
                }.map { place + $0 }
            } catch {
                violations.append(place + "\(error)")
            }
        }
        #expect(violations == [])
        // One that goes on may have but the last few before it.
        #expect(told > 0 || first > 1, "\(name)")
        try progress?.end(place, isGood: violations.isEmpty)
        print("\(name): \(told) failures told, \(tried) of \(calls) calls")
    }
}
