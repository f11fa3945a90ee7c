import Synchronization

/// Draws what a line does to each exchange: one in ten is repeated, one in ten loses its answer.
final class BadLine: Sendable {
    private let random: Mutex<SeededRandom>
    private let isBad: Bool

    init(seed: UInt64, isBad: Bool) {
        random = Mutex(SeededRandom(seed: seed))
        self.isBad = isBad
    }

    func next() -> LineFault {
        guard isBad else { return .none }
        return switch random.withLock({ $0.next() % 10 }) {
        case 0: .repeatedUpload
        case 1: .droppedAnswer
        default: .none
        }
    }
}
