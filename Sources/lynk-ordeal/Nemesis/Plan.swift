import Glibc

/// What goes wrong in a run, and when: a seed decides it, so a run's plan can be had again. What
/// real processes make of it cannot.
struct Plan {
    /// What is done to the processes, lines and files of a run; numbers choose a device.
    enum Step: Hashable {
        case killDevice(Int, downMilliseconds: Int)
        case killHub(downMilliseconds: Int)
        case pauseDevice(Int, milliseconds: Int)
        case pauseHub(milliseconds: Int)
        /// Connections end after some bytes, wait, stall and are reset.
        case badLine(milliseconds: Int)
        /// No connection is taken, and those that stand say nothing.
        case noLine(milliseconds: Int)
        case fullDeviceDisk(Int, milliseconds: Int, bytes: Int)
        case fullHubDisk(milliseconds: Int, bytes: Int)
        case backup
        case restoreHub
        case clone(Int)
        case keepCopy(Int)
        case putBack(Int, inPlace: Bool)
    }

    struct Timed: Hashable {
        let milliseconds: Int
        let step: Step
    }

    let seed: UInt64
    /// Devices of the first and the second worker and of the office.
    let devices: [(user: String, role: String)]
    /// Milliseconds between two steps of a device, on average.
    let pause: Int
    let steps: [Timed]

    init(seed: UInt64, seconds: Int) {
        var random = SeededRandom(seed: seed)
        self.seed = seed
        var devices = (0..<Imports.workers).map { (user: Imports.worker($0), role: "worker") }
        devices += (0..<2).map { (user: Imports.id(500 + $0), role: "admin") }
        if random.below(3) == 0 { devices.append((Imports.worker(0), "worker")) }
        if random.below(4) == 0 { devices.append((Imports.id(500), "admin")) }
        self.devices = devices
        pause = 5 + random.below(20)
        var steps: [Timed] = []
        let span = seconds * 1_000
        for _ in 0..<(seconds * 3 / 2 + 2) {
            steps.append(
                Timed(milliseconds: random.below(span * 9 / 10), step: Self.step(&random)))
        }
        // Half of the runs lose their hub: a backup early on, the restore well after it.
        if random.below(2) == 0 {
            steps.append(Timed(milliseconds: span / 5 + random.below(span / 5), step: .backup))
            steps.append(
                Timed(milliseconds: span / 2 + random.below(span / 3), step: .restoreHub))
        }
        // Half of the runs put a device back.
        if random.below(2) == 0 {
            let device = random.below(8)
            steps.append(Timed(milliseconds: random.below(span / 2), step: .keepCopy(device)))
            steps.append(
                Timed(
                    milliseconds: span / 2 + random.below(span * 2 / 5),
                    step: .putBack(device, inPlace: random.below(2) == 0)))
        }
        self.steps = steps.sorted { $0.milliseconds < $1.milliseconds }
    }

    private static func step(_ random: inout SeededRandom) -> Step {
        let device = random.below(8)
        let milliseconds = 100 + random.below(1_400)
        let bytes = random.below(1 << 20)
        switch random.below(100) {
        case ..<22: return .killDevice(device, downMilliseconds: random.below(800))
        case ..<38: return .killHub(downMilliseconds: random.below(600))
        case ..<48: return .pauseDevice(device, milliseconds: milliseconds)
        case ..<55: return .pauseHub(milliseconds: milliseconds)
        case ..<72: return .badLine(milliseconds: milliseconds * 2)
        case ..<77: return .noLine(milliseconds: milliseconds)
        case ..<84: return .fullDeviceDisk(device, milliseconds: milliseconds, bytes: bytes)
        case ..<91: return .fullHubDisk(milliseconds: milliseconds, bytes: bytes)
        case ..<95: return .backup
        default: return .clone(device)
        }
    }
}
