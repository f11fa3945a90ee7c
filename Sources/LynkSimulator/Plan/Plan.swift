/// Something that a world's seed has planned for a time. It draws from a seed of its own, so that
/// leaving out another one does not change it.
package struct PlannedEvent: Sendable {
    package let number: Int
    /// Milliseconds since the world began.
    package let tick: Int64
    package let seed: UInt64
    package let act: Act
}

/// What people, machines and enemies do.
package enum Act: Hashable, Sendable {
    case write(device: Int)
    case sync(device: Int)
    /// The back office writes at the hub.
    case office
    /// The office puts a person into an area, or takes one out.
    case reassign
    case skew(device: Int)
    case reboot(device: Int)
    case crash(device: Int)
    /// Keeps a copy of the device's files, to be restored one day.
    case copy(device: Int)
    case restore(device: Int)
    /// The device's files go on at a second machine too.
    case clone(device: Int, as: Int)
    case partition(device: Int)
    case revoke(device: Int)
    case attack(device: Int)
    case restartHub
    case stopHub
    case backUpHub
    case restoreHub
    case jumpHubClock
    case advanceFloor
    /// The hub's program learns the newer schema.
    case upgradeHub
    /// An operator decides about what is in quarantine.
    case decide
    /// The device's wall clock is put an hour on or back.
    case daylight(device: Int)
    /// The device's files go on at a new machine, and the old one is gone.
    case migrate(device: Int)
    /// The device is found again.
    case leaveDrawer(device: Int)
    /// A day on which everybody is at work; what they do stands in events of its own.
    case gather(Almanac.Occasion)

    var device: Int? {
        switch self {
        case .write(let device), .sync(let device), .skew(let device), .reboot(let device),
            .crash(let device), .copy(let device), .restore(let device), .clone(let device, _),
            .partition(let device), .revoke(let device), .attack(let device),
            .daylight(let device), .migrate(let device), .leaveDrawer(let device):
            device
        default: nil
        }
    }
}

/// Everything that a seed decides before the world begins.
package struct Plan: Sendable {
    package let seed: UInt64
    package let mix: FaultMix
    package let devices: Int
    package let areas: Int
    /// Milliseconds from the first event to the last.
    package let horizon: Int64
    package var events: [PlannedEvent]

    /// - Parameter without: fault kinds to leave out.
    package init(
        seed: UInt64, without: Set<FaultMix.Kind> = [], store: StoreKind = .memory
    ) {
        self.seed = seed
        mix = FaultMix(seed: seed, without: without, store: store)
        var chance = Chance(seed: seed).stream("plan")
        devices = [2, 2, 3, 3, 4, 5, 6, 8, 10, 12][chance.number(9)]
        areas = 1 + chance.number(3)
        let hour: Int64 = 3_600_000
        var almanac = Almanac(mix, seed: seed)
        horizon = almanac.horizon(
            [hour / 6, 8 * hour, 24 * hour, 72 * hour, 720 * hour, 2_160 * hour][
                chance.number(5)])
        let count = [60, 120, 120, 200, 320][chance.number(4)]
        events = []
        // People work in bursts: some minutes with much to do, and long gaps.
        var bursts: [Int64] = []
        for _ in 0..<max(2, count / 15) { bursts.append(Self.tick(below: horizon, &chance)) }
        let menu = Self.menu(mix)
        var clones = 0
        for number in 0..<count {
            let start = bursts[chance.number(bursts.count - 1)]
            let tick = start + Int64(chance.number([20, 500, 20_000, 300_000][chance.number(3)]))
            let device = chance.number(devices + clones - 1)
            let drawn = menu[chance.number(menu.count - 1)]
            let seed = chance.next()
            var act = drawn.act(device)
            if case .clone = act {
                guard clones < 3 else { continue }
                act = .clone(device: device, as: devices + clones)
                clones += 1
            }
            events.append(PlannedEvent(number: number, tick: tick, seed: seed, act: act))
        }
        almanac.arrange(&self)
        events.sort { ($0.tick, $0.number) < ($1.tick, $1.number) }
    }

    private static func tick(below horizon: Int64, _ chance: inout Chance) -> Int64 {
        Int64(chance.number(Int(horizon)))
    }

    private struct Choice {
        let act: (Int) -> Act
    }

    private static func menu(_ mix: FaultMix) -> [Choice] {
        var menu: [Choice] = []
        func add(_ weight: Int, if kind: FaultMix.Kind? = nil, _ act: @escaping (Int) -> Act) {
            guard kind.map(mix.has) ?? true else { return }
            for _ in 0..<weight { menu.append(Choice(act: act)) }
        }
        add(40) { .write(device: $0) }
        add(38) { .sync(device: $0) }
        add(4) { _ in .office }
        add(3, if: .reassignment) { _ in .reassign }
        add(2, if: .clockJump) { .skew(device: $0) }
        add(2, if: .reboot) { .reboot(device: $0) }
        add(3, if: .crash) { .crash(device: $0) }
        add(2, if: .deviceRestore) { .copy(device: $0) }
        add(2, if: .deviceRestore) { .restore(device: $0) }
        add(1, if: .clone) { .clone(device: $0, as: $0) }
        add(2, if: .partition) { .partition(device: $0) }
        add(1, if: .revocation) { .revoke(device: $0) }
        add(4, if: .byzantine) { .attack(device: $0) }
        add(2, if: .hubRestart) { _ in .restartHub }
        add(1, if: .hubOutage) { _ in .stopHub }
        add(2, if: .hubRestore) { _ in .backUpHub }
        add(1, if: .hubRestore) { _ in .restoreHub }
        add(1, if: .floor) { _ in .backUpHub }
        add(1, if: .hubClock) { _ in .jumpHubClock }
        add(1, if: .floor) { _ in .advanceFloor }
        add(1, if: .schemaSkew) { _ in .upgradeHub }
        add(2, if: .poison) { _ in .decide }
        add(2, if: .daylight) { .daylight(device: $0) }
        add(2, if: .migration) { .migrate(device: $0) }
        return menu
    }
}
