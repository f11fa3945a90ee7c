/// What may go wrong in one world, and how often: drawn from its seed, so that some seeds have one
/// fault alone and others many at once (swarm testing: Groce et al., ISSTA 2012).
package struct FaultMix: Sendable, CustomStringConvertible {
    /// What may befall a machine, its people or its line. The raw value is the name in reports.
    package enum Kind: String, CaseIterable, Sendable {
        case loss
        case repeating = "repeat"
        case delay, cut, damage, partition
        case slowAnswer = "slow answer"
        case clockJump = "clock jump"
        case reboot, crash, clone
        case deviceRestore = "device restore"
        case hubRestart = "hub restart"
        case hubOutage = "hub outage"
        case hubRestore = "hub restore"
        case hubClock = "hub clock"
        case reassignment, revocation, byzantine, poison, deletes
        case schemaSkew = "schema skew"
        case floor
        case bigRows = "big rows"
        case uniques
        case powerLoss = "power loss"
        case diskFull = "disk full"
        case diskError = "disk error"
        case away, drawer
        case monthEnd = "month end"
        case daylight, migration, ties
        /// People undo what they wrote before it is in force.
        case secondThoughts = "second thoughts"

        /// Only a store on a disk meets it.
        var isOfDisk: Bool { [.powerLoss, .diskFull, .diskError].contains(self) }
        var isOfCalendar: Bool {
            [.away, .drawer, .monthEnd, .daylight, .migration, .ties].contains(self)
        }
        /// It came after the others, and has a stream of its own: worlds without it stay as they
        /// were.
        var isDrawnApart: Bool { isOfDisk || isOfCalendar || self == .secondThoughts }
    }

    package var kinds: Set<Kind>
    /// In parts of a thousand: requests and answers lost, repeated, cut or damaged.
    package var loss = 0
    package var repeating = 0
    package var cut = 0
    package var damage = 0
    package var slow = 0
    /// Calls of a store that meet a fault of their disk.
    package var disk = 0

    package func has(_ kind: Kind) -> Bool { kinds.contains(kind) }

    /// A world without faults.
    package static let none = FaultMix(kinds: [])

    init(kinds: Set<Kind>) { self.kinds = kinds }

    /// - Parameter without: kinds that are left out, as a shrinker tries.
    init(seed: UInt64, without: Set<Kind> = [], store: StoreKind = .memory) {
        var chance = Chance(seed: seed).stream("mix")
        // Some worlds have few kinds, some nearly all.
        let share = [150, 350, 600, 900][chance.number(3)]
        kinds = []
        for kind in Kind.allCases where !kind.isDrawnApart {
            if chance.isHit(share) { kinds.insert(kind) }
        }
        func rate(_ kind: Kind, _ most: Int) -> Int {
            let drawn = 10 + chance.number(most)
            return kinds.contains(kind) && !without.contains(kind) ? drawn : 0
        }
        loss = rate(.loss, 300)
        repeating = rate(.repeating, 500)
        cut = rate(.cut, 300)
        damage = rate(.damage, 100)
        slow = rate(.slowAnswer, 500)
        if store == .sqlite { drawDisk(Chance(seed: seed).stream("disk mix")) }
        drawCalendar(Chance(seed: seed).stream("calendar mix"))
        var thoughts = Chance(seed: seed).stream("second thoughts mix")
        if thoughts.isOne(in: 3) { kinds.insert(.secondThoughts) }
        kinds.subtract(without)
    }

    /// From a stream of its own: the same seed has the same world in memory, less these.
    private mutating func drawDisk(_ chance: Chance) {
        var chance = chance
        for kind in Kind.allCases where kind.isOfDisk && chance.isOne(in: 2) {
            kinds.insert(kind)
        }
        disk = [5, 20, 60, 150][chance.number(3)]
    }

    /// One world in three has days out of the common.
    private mutating func drawCalendar(_ chance: Chance) {
        var chance = chance
        guard chance.isOne(in: 3) else { return }
        for kind in Kind.allCases where kind.isOfCalendar && chance.isOne(in: 2) {
            kinds.insert(kind)
        }
    }

    /// What an unlucky call meets; `nil` for a disk without faults.
    func diskFault(_ chance: inout Chance) -> SimulatedDisk.Fault? {
        var faults: [SimulatedDisk.Fault] = []
        if has(.powerLoss) { faults.append(.power) }
        if has(.diskFull) { faults.append(.full) }
        if has(.diskError) { faults.append(.error) }
        return chance.isHit(disk) ? chance.choice(faults) : nil
    }

    package var description: String {
        let names = Kind.allCases.filter { kinds.contains($0) }.map { kind in
            switch kind {
            case .loss: "loss \(percent(loss))"
            case .repeating: "repeat \(percent(repeating))"
            case .cut: "cut \(percent(cut))"
            case .damage: "damage \(percent(damage))"
            case .slowAnswer: "slow answer \(percent(slow))"
            default: kind.rawValue
            }
        }
        return names.isEmpty ? "none" : names.joined(separator: ", ")
    }

    private func percent(_ perMille: Int) -> String { "\(perMille / 10).\(perMille % 10) %" }
}
