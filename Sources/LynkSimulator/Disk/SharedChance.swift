import Synchronization

/// A stream that goes on over the openings of a file: each opening draws where the last one ended,
/// as the twin in memory does.
final class SharedChance: RandomNumberGenerator, Sendable {
    private let chance: Mutex<Chance>

    init(_ chance: Chance) { self.chance = Mutex(chance) }

    func next() -> UInt64 { chance.withLock { $0.next() } }
}
