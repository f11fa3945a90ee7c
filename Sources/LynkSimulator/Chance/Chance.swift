/// All chance of a simulation: a tree of streams of which each has a name, so that drawing from
/// one never shifts another.
///
/// SplitMix64: Steele, Lea and Flood, "Fast Splittable Pseudorandom Number Generators", OOPSLA
/// 2014. Names are mixed in by FNV-1a. The same on every machine.
package struct Chance: RandomNumberGenerator, Sendable {
    private let seed: UInt64
    private var state: UInt64

    package init(seed: UInt64) {
        self.seed = seed
        state = seed
    }

    package mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        return Self.mixed(state)
    }

    private static func mixed(_ value: UInt64) -> UInt64 {
        var mixed = value
        mixed = (mixed ^ mixed >> 30) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ mixed >> 27) &* 0x94D0_49BB_1331_11EB
        return mixed ^ mixed >> 31
    }

    /// A stream of this seed, whatever was drawn from this one.
    package func stream(_ name: String, _ number: Int = 0) -> Chance {
        var hash = TraceHash()
        hash.take(name)
        let branch = hash.value ^ UInt64(bitPattern: Int64(number)) &* 0x9E37_79B9_7F4A_7C15
        return Chance(seed: Self.mixed(seed ^ Self.mixed(branch)))
    }

    /// From 0 to `most`.
    package mutating func number(_ most: Int) -> Int {
        guard most > 0 else { return 0 }
        return Int(next().multipliedFullWidth(by: UInt64(most) + 1).high)
    }

    package mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + number(range.upperBound - range.lowerBound)
    }

    package mutating func isOne(in count: Int) -> Bool { number(count - 1) == 0 }

    /// True in so many of a thousand.
    package mutating func isHit(_ perMille: Int) -> Bool { number(999) < perMille }

    /// - Returns: `nil` for nothing to choose from.
    package mutating func choice<Element>(_ elements: [Element]) -> Element? {
        elements.isEmpty ? nil : elements[number(elements.count - 1)]
    }
}

/// FNV-1a, 64 bits: names a text or a whole trace by a number that is the same everywhere.
package struct TraceHash: Sendable {
    package private(set) var value: UInt64 = 0xCBF2_9CE4_8422_2325

    package init() {}

    package mutating func take(_ text: String) {
        for byte in text.utf8 { value = (value ^ UInt64(byte)) &* 0x0000_0100_0000_01B3 }
        value = (value ^ 0xFF) &* 0x0000_0100_0000_01B3
    }
}
