import LynkCore

/// Every order of the elements.
func permutations<Element>(_ elements: [Element]) -> [[Element]] {
    guard let first = elements.first else { return [[]] }
    return permutations(Array(elements.dropFirst())).flatMap { rest in
        (0...rest.count).map { place in
            var order = rest
            order.insert(first, at: place)
            return order
        }
    }
}

/// Every way to pick `count` elements one after another, repeats included.
func choices<Element>(_ elements: [Element], _ count: Int) -> [[Element]] {
    guard count > 0 else { return [[]] }
    return choices(elements, count - 1).flatMap { start in elements.map { start + [$0] } }
}

/// SplitMix64 (Steele, Lea, Flood, 2014): one seed decides every value of a test.
struct SeededRandom: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var word = state
        word = (word ^ word >> 30) &* 0xBF58_476D_1CE4_E5B9
        word = (word ^ word >> 27) &* 0x94D0_49BB_1331_11EB
        return word ^ word >> 31
    }
}
