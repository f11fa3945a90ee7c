/// What the calendar does to a world: months without a line, a device in a drawer, month's end with
/// everybody at work, clocks that are put an hour on, and days on which all come at once.
///
/// Drawn from a stream of its own, so that a seed without such days is the world that it was.
package struct Almanac {
    /// What happens to everybody at one time.
    package enum Occasion: Hashable, Sendable {
        case monthEnd, yearEnd, opening
    }

    static let minute: Int64 = 60_000
    static let hour: Int64 = 3_600_000
    static let day: Int64 = 86_400_000
    /// Six months, a day more than the longest of them.
    static let drawer = 184 * day
    /// Ticks fall on this grid where writes are to meet at one time.
    static let grid = minute
    /// The last millisecond of months in India, in milliseconds since 1970: of September 2026 to
    /// October 2027.
    static let monthEnds: [Int64] = {
        let lengths: [Int64] = [31, 30, 31, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31]
        // 30 September 2026, 18:30 UTC.
        var ends: [Int64] = [1_790_793_000_000 - 1]
        for length in lengths { ends.append(ends[ends.count - 1] + length * day) }
        return ends
    }()
    /// Of the list above, the end of December.
    static let yearEnd = 3
    /// Nine in the morning in India, after midnight UTC.
    static let opening = 3 * hour + hour / 2

    private let mix: FaultMix
    private var chance: Chance

    init(_ mix: FaultMix, seed: UInt64) {
        self.mix = mix
        chance = Chance(seed: seed).stream("almanac")
    }

    /// Long enough for what is to happen.
    mutating func horizon(_ drawn: Int64) -> Int64 {
        var horizon = drawn
        if mix.has(.away) {
            horizon = max(horizon, [1, 20, 100, 100][chance.number(3)] * Self.day)
        }
        if mix.has(.monthEnd) {
            horizon = max(horizon, [12, 45, 110, 400][chance.number(3)] * Self.day)
        }
        if mix.has(.drawer) { horizon = max(horizon, Self.drawer + 40 * Self.day) }
        return horizon
    }

    /// Takes out what people cannot do while they have no line or no device, adds what they do on
    /// such days, and puts all on the grid where writes are to meet.
    mutating func arrange(_ plan: inout Plan) {
        if mix.has(.away) { takeLines(&plan) }
        if mix.has(.drawer) { takeDevice(&plan) }
        if mix.has(.monthEnd) { gather(&plan) }
        if mix.has(.ties) {
            plan.events = plan.events.map { event in
                PlannedEvent(
                    number: event.number, tick: event.tick / Self.grid * Self.grid,
                    seed: event.seed, act: event.act)
            }
        }
    }

    /// Some devices have no line for a minute to ninety days. They go on writing.
    private mutating func takeLines(_ plan: inout Plan) {
        for device in 0..<plan.devices where chance.isOne(in: 2) {
            let start = Int64(chance.number(Int(plan.horizon)))
            let spans = [
                Self.minute, Self.hour, Self.day, 7 * Self.day, 30 * Self.day, 90 * Self.day,
            ]
            let end = start + spans[chance.number(spans.count - 1)]
            plan.events.removeAll { event in
                event.act == .sync(device: device) && start..<end ~= event.tick
            }
        }
    }

    /// One device lies in a drawer for six months, and then is used again.
    private mutating func takeDevice(_ plan: inout Plan) {
        let device = chance.number(plan.devices - 1)
        let start = Int64(chance.number(Int(plan.horizon - Self.drawer)))
        let end = start + Self.drawer
        plan.events.removeAll { $0.act.device == device && start..<end ~= $0.tick }
        add(.leaveDrawer(device: device), at: end, to: &plan)
        add(.write(device: device), at: end + 1, to: &plan)
        add(.sync(device: device), at: end + 2, to: &plan)
    }

    /// At the end of months everybody writes to the last minute, and one morning all come at once.
    private mutating func gather(_ plan: inout Plan) {
        var ends: [(tick: Int64, occasion: Occasion)] = []
        for (index, end) in Self.monthEnds.enumerated() where end - VirtualTime.start < plan.horizon
        {
            ends.append(
                (end - VirtualTime.start, index == Self.yearEnd ? .yearEnd : .monthEnd))
        }
        // The year's end always, of the months two.
        while ends.count > 2, let index = ends.firstIndex(where: { $0.occasion == .monthEnd }) {
            ends.remove(at: index)
        }
        for (tick, occasion) in ends {
            add(.gather(occasion), at: tick, to: &plan)
            for device in 0..<plan.devices {
                for _ in 0..<2 {
                    let near = tick + Int64(chance.number(2 * 60_000)) - Self.minute
                    add(.write(device: device), at: near, to: &plan)
                }
                add(.sync(device: device), at: tick + Int64(chance.number(30_000)), to: &plan)
            }
        }
        let days = max(plan.horizon / Self.day, 1)
        let midnight = (VirtualTime.start / Self.day + 1) * Self.day - VirtualTime.start
        let morning = midnight + Int64(chance.number(Int(days - 1))) * Self.day + Self.opening
        add(.gather(.opening), at: morning, to: &plan)
        for device in 0..<plan.devices { add(.sync(device: device), at: morning, to: &plan) }
    }

    private mutating func add(_ act: Act, at tick: Int64, to plan: inout Plan) {
        let number = (plan.events.map(\.number).max() ?? 0) + 1
        plan.events.append(
            PlannedEvent(number: max(number, 1_000), tick: tick, seed: chance.next(), act: act))
    }
}
