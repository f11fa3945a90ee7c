import LynkCore
import TestSupport
import Testing

@Suite struct HybridClockTests {
    @Test("Ticks go up whatever the wall does, and never fall behind it", arguments: 0..<20)
    func monotone(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var clock = HybridClock()
        var wall: Int64 = 1_760_000_000_000
        for _ in 0..<2_000 {
            wall += Int64.random(in: -5_000...5_000, using: &random)
            let before = clock.last
            let tick = clock.tick(wallMilliseconds: wall)
            #expect(tick > before)
            #expect(tick.milliseconds >= wall)
            #expect(clock.last == tick)
        }
    }

    @Test("What was observed is in the past of every later tick")
    func observe() {
        var clock = HybridClock()
        let seen = HybridTimestamp(milliseconds: 500, counter: 9)
        clock.observe(seen)
        let after = HybridTimestamp(milliseconds: 500, counter: 10)
        #expect(clock.tick(wallMilliseconds: 100) == after)
        clock.observe(HybridTimestamp(milliseconds: 3))
        #expect(clock.tick(wallMilliseconds: 100) == after.next)
        #expect(clock.tick(wallMilliseconds: 501) == HybridTimestamp(milliseconds: 501))
    }

    @Test("A full counter carries into the milliseconds")
    func carry() {
        let full = HybridTimestamp(milliseconds: 7, counter: .max)
        #expect(full.next == HybridTimestamp(milliseconds: 8))
        var clock = HybridClock(last: full)
        #expect(clock.tick(wallMilliseconds: 7) == HybridTimestamp(milliseconds: 8))
        #expect(HybridTimestamp(rawValue: .max).next.rawValue == .max)
    }

    @Test("Times out of range read as the ends of the range", arguments: [
        (Int64.min, 0 as Int64), (-1, 0), (0, 0), (1, 1), (0xFFFF_FFFF_FFFF, 0xFFFF_FFFF_FFFF),
        (0x1_0000_0000_0000, 0xFFFF_FFFF_FFFF), (.max, 0xFFFF_FFFF_FFFF),
    ])
    func range(milliseconds: Int64, expected: Int64) {
        #expect(HybridTimestamp(milliseconds: milliseconds).milliseconds == expected)
    }
}

@Suite struct EffectiveTimeTests {
    private static let boot = BootID(high: 0, low: 1)
    private static let later = BootID(high: 0, low: 2)

    private static func reading(_ wall: Int64, _ ticks: Int64, _ boot: BootID = boot)
        -> ClockReading
    {
        ClockReading(wallMilliseconds: wall, bootID: boot, bootMilliseconds: ticks)
    }

    struct Case: Sendable, CustomTestStringConvertible {
        let testDescription: String
        let made: ClockReading
        let upload: ClockReading
        var seen: Int64 = 1_000
        let expected: HybridTimestamp

        init(
            _ reason: String, made: ClockReading, upload: ClockReading, seen: Int64 = 1_000,
            expected: Int64, counter: UInt16 = 0
        ) {
            testDescription = reason
            self.made = made
            self.upload = upload
            self.seen = seen
            self.expected = HybridTimestamp(milliseconds: expected, counter: counter)
        }
    }

    /// The hub receives at 100,000.
    static let cases = [
        Case("true clocks, same boot",
            made: reading(90_000, 10), upload: reading(100_000, 10_010), expected: 90_000),
        Case("a clock in the far future, same boot: ticks decide",
            made: reading(.max, 10), upload: reading(.max, 5_010), expected: 95_000),
        Case("a clock in the far past, same boot: ticks decide",
            made: reading(.min, 10), upload: reading(.min, 5_010), expected: 95_000),
        Case("the wall was set meanwhile, same boot: ticks decide",
            made: reading(900_000, 10), upload: reading(100_000, 2_010), expected: 98_000),
        Case("a reboot: the wall, corrected by its error at upload",
            made: reading(500_000, 10), upload: reading(507_000, 3, later), expected: 93_000),
        Case("a reboot and a wall set back: no older than now",
            made: reading(500_000, 10), upload: reading(400_000, 3, later), expected: 100_000),
        Case("ticks that run backwards: no later than now",
            made: reading(0, 9_000), upload: reading(0, 10), expected: 100_000),
        Case("older than what the author had seen: just after that",
            made: reading(0, 0), upload: reading(0, 99_500), expected: 1_000, counter: 1),
        Case("an age beyond the hub's whole time",
            made: reading(0, 0), upload: reading(0, 200_000), expected: 1_000, counter: 1),
        Case("an age that overflows upwards",
            made: reading(0, .min), upload: reading(0, .max), expected: 1_000, counter: 1),
        Case("an age that overflows downwards",
            made: reading(0, .max), upload: reading(0, .min), expected: 100_000),
        Case("walls that overflow over a reboot",
            made: reading(.min, 0), upload: reading(.max, 0, later), expected: 1_000, counter: 1),
        Case("seen just before the receipt",
            made: reading(0, 0), upload: reading(0, 10), seen: 99_999,
            expected: 99_999, counter: 1),
        Case("no age at all", made: reading(5, 5), upload: reading(5, 5), expected: 100_000),
    ]

    @Test("The claim counts within what was seen and the receipt", arguments: cases)
    func table(_ each: Case) {
        let received = HybridTimestamp(milliseconds: 100_000)
        let seen = HybridTimestamp(milliseconds: each.seen)
        let effective = EffectiveTime.resolve(
            made: each.made, upload: each.upload, seen: seen, received: received)
        #expect(effective == each.expected)
    }

    @Test("Any claim ends after what was seen and not after the receipt", arguments: 0..<10)
    func bounds(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        func any() -> Int64 {
            Int64(bitPattern: random.next()) >> Int64.random(in: 0...63, using: &random)
        }
        for _ in 0..<500 {
            let seen = HybridTimestamp(milliseconds: any())
            let received = HybridTimestamp(milliseconds: max(any(), seen.milliseconds + 1))
            let boot = Bool.random(using: &random) ? Self.boot : Self.later
            let effective = EffectiveTime.resolve(
                made: Self.reading(any(), any()), upload: Self.reading(any(), any(), boot),
                seen: seen, received: received)
            #expect(effective > seen || received <= seen)
            #expect(effective <= max(received, seen.next))
        }
    }
}
