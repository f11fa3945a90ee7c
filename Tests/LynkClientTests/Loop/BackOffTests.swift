import LynkCore
import Testing

@testable import LynkClient

@Suite("Waiting after failures")
struct BackOffTests {
    @Test("The range doubles up to thirty seconds, and the wait is anywhere in it")
    func range() {
        let ranges: [Int64] = [1, 2, 4, 8, 16, 30, 30, 30]
        for chance in [UInt64(0), 1, 499, 12_345, .max] {
            var backOff = BackOff()
            for seconds in ranges {
                let wait = backOff.next(asked: nil, chance: chance)
                #expect(wait == .milliseconds(Int64(chance % UInt64(seconds * 1000 + 1))))
                #expect(wait >= .zero && wait <= .seconds(seconds))
            }
        }
    }

    @Test("What the hub asks for is waited at least, up to fifteen minutes")
    func asked() {
        var backOff = BackOff()
        #expect(backOff.next(asked: .seconds(7), chance: 400) == .milliseconds(7400))
        #expect(backOff.next(asked: .seconds(7), chance: 1999) == .seconds(8))
        #expect(backOff.next(asked: .seconds(86_400), chance: 0) == .seconds(900))
    }

    @Test("A success forgets the failures")
    func reset() {
        var backOff = BackOff()
        for _ in 0..<40 { _ = backOff.next(asked: nil, chance: 1) }
        backOff.reset()
        #expect(backOff.next(asked: nil, chance: 1000) == .seconds(1))
        #expect(backOff.next(asked: nil, chance: 1001) == .milliseconds(1001))
    }
}
