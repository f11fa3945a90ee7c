import Synchronization
import TestSupport
import Testing

@testable import LynkPayments

/// A clock that tests move.
final class HandClock: Sendable {
    private let time = Mutex<Int64>(0)
    var now: Int64 { time.withLock { $0 } }
    func advance(_ milliseconds: Int64) { time.withLock { $0 += milliseconds } }
}

@Suite("A cache of bounded size and age")
struct BoundedCacheTests {
    private func cache(_ clock: HandClock, capacity: Int) -> BoundedCache<Int, Int> {
        BoundedCache(
            capacity: capacity, timeToLive: 100, sweepEvery: 50, clock: { clock.now })
    }

    @Test("Overwriting an entry puts no other out")
    func overwriting() {
        var cache = cache(HandClock(), capacity: 3)
        for key in 0..<3 { cache.set(key, for: key) }
        for value in 0..<1_000 { cache.set(value, for: 2) }
        #expect(cache.count == 3)
        #expect(cache.statistics.evictions == 0)
        #expect(cache.value(for: 0) == 0)
        #expect(cache.value(for: 2) == 999)
    }

    @Test("The least recently used goes first")
    func order() {
        var cache = cache(HandClock(), capacity: 3)
        for key in 0..<3 { cache.set(key, for: key) }
        #expect(cache.value(for: 0) == 0)
        cache.set(3, for: 3)
        #expect(cache.value(for: 1) == nil)
        #expect(cache.value(for: 0) == 0)
        #expect(cache.statistics.evictions == 1)
    }

    @Test("Old entries are not given, and are swept")
    func age() {
        let clock = HandClock()
        var cache = cache(clock, capacity: 10)
        cache.set(1, for: 1)
        clock.advance(60)
        cache.set(2, for: 2)
        clock.advance(40)
        #expect(cache.value(for: 1) == nil)
        #expect(cache.value(for: 2) == 2)
        clock.advance(60)
        cache.set(3, for: 3)
        #expect(cache.count == 1)
        #expect(cache.statistics.expirations == 2)
        clock.advance(1_000)
        cache.sweep()
        #expect(cache.count == 0)
    }

    @Test("It does what a slow and simple cache does", arguments: 0..<20)
    func model(_ seed: Int) {
        var chance = SeededGenerator(seed: UInt64(seed))
        let clock = HandClock()
        let capacity = Int.random(in: 1...8, using: &chance)
        var cache = cache(clock, capacity: capacity)
        // Least recently used first.
        var model: [(key: Int, value: Int, expiresAt: Int64)] = []
        for step in 0..<2_000 {
            let key = Int.random(in: 0..<12, using: &chance)
            clock.advance(Int64.random(in: 0...9, using: &chance))
            switch Int.random(in: 0..<10, using: &chance) {
            case 0..<4:
                let place = model.firstIndex { $0.key == key && $0.expiresAt > clock.now }
                let expected = place.map { model[$0].value }
                #expect(cache.value(for: key) == expected)
                if let place { model.append(model.remove(at: place)) }
                model.removeAll { $0.key == key && $0.expiresAt <= clock.now }
            case 4..<9:
                // Sweeping is free to be late; here it is not, so that the model knows.
                cache.sweep()
                model.removeAll { $0.expiresAt <= clock.now }
                cache.set(step, for: key)
                let isThere = model.contains { $0.key == key }
                model.removeAll { $0.key == key }
                if !isThere, model.count >= capacity { model.removeFirst() }
                model.append((key, step, clock.now + 100))
            default:
                cache.remove(key)
                model.removeAll { $0.key == key }
            }
            #expect(cache.count <= capacity)
        }
    }
}
