import LynkCore
import LynkEngine
import LynkWire
import TestSupport

@testable import LynkStore

/// A history of several devices with all that may befall them, drawn from a seed while it runs,
/// and the change sets that the hub applied in it.
final class History {
    let world: TwinWorld
    private(set) var devices: [TwinDevice] = []
    private var random: SeededGenerator
    private var shops: UInt64 = 0
    private var visits: UInt64 = 0
    /// Copies of devices as they were, to be restored.
    private var copies: [Int: any ReplicaFixture] = [:]
    private(set) var steps: [String] = []

    init(on pair: StorePair, seed: UInt64) throws {
        random = SeededGenerator(seed: seed)
        world = try TwinWorld(on: pair, seed: seed)
        for _ in 0..<(2 + number(2)) { devices.append(try world.device()) }
    }

    private func number(_ most: Int) -> Int { Int.random(in: 0...most, using: &random) }
    private func isOne(in count: Int) -> Bool { number(count - 1) == 0 }

    func run(_ count: Int) throws {
        for _ in 0..<count { try step() }
    }

    private func step() throws {
        world.time.advance(Int64(number(50)))
        let index = number(devices.count - 1)
        let device = devices[index]
        switch number(29) {
        case 0...2: try write(device, "birth", [birth()])
        case 3...14: try write(device, "edit", (0...number(2)).map { _ in edit(device) })
        case 15: try write(device, "visit", [visit(device), edit(device)])
        case 16: try office()
        case 17: world.time.advance(Int64(number(1_000_000)))
        case 18: try befall(index)
        default:
            let fault =
                isOne(in: 2) ? TwinFault.none : TwinFault.all[number(TwinFault.all.count - 1)]
            note("sync \(index) \(fault)")
            try device.sync(fault)
        }
    }

    private func note(_ step: String) { steps.append(step) }

    private func write(_ device: TwinDevice, _ name: String, _ edits: [RowEdit]) throws {
        note("\(name) by \(devices.firstIndex { $0 === device } ?? -1): \(edits)")
        try device.fixture.write(edits)
    }

    private func birth() -> RowEdit {
        shops += 1
        var puts: [RowChange.Put] = [.init(1, "1"), .init(2, .text("shop \(shops)"))]
        if isOne(in: 3) { puts.append(.init(4, .integer(Int64(number(9))))) }
        if isOne(in: 3) { puts.append(.init(5, "OPEN")) }
        return .insert(1, ScriptStep.shop(shops), puts)
    }

    private func edit(_ device: TwinDevice) -> RowEdit {
        let key = ScriptStep.shop(UInt64(1 + number(Int(max(shops, 1)) - 1)))
        switch number(4) {
        case 0: return .add(1, key, 4, Int64(number(20) - 10))
        case 1: return .update(1, key, [.init(5, .text(["NEW", "OPEN", "CLOSED"][number(2)]))])
        case 2: return .update(1, key, [.init(1, .text("\(number(3))"))])
        case 3: return .update(1, key, [.init(3, isOne(in: 3) ? .null : .text("\(number(3))"))])
        default:
            let name = isOne(in: 12) ? "FORBIDDEN" : "name \(number(30))"
            return .update(1, key, [.init(2, .text(name)), .init(3, .text("\(number(3))"))])
        }
    }

    private func visit(_ device: TwinDevice) -> RowEdit {
        visits += 1
        let shop = ScriptStep.shop(UInt64(1 + number(Int(max(shops, 1)) - 1)))
        return .insert(
            2, ScriptStep.visit(visits),
            [
                .init(1, .key(shop)), .init(2, .integer(Int64(number(900)))),
                .init(3, .key(device.principal.user)),
            ])
    }

    private func office() throws {
        let key = ScriptStep.shop(UInt64(1 + number(Int(max(shops, 1)) - 1)))
        // Of a row that is not born here the office knows nothing.
        let isBorn = world.applied.contains { applied in
            applied.changes.contains { $0.key == key && $0.kind == .insert }
        }
        guard isBorn else { return }
        note("office \(key)")
        try world.office([
            RowChange(
                table: 1, key: key, kind: .update,
                puts: [.init(2, .text("office \(number(9))"))])
        ])
    }

    private func befall(_ index: Int) throws {
        let device = devices[index]
        switch number(5) {
        case 0:
            note("restart hub")
            try world.restartHub()
        case 1:
            note("skew \(index)")
            device.clock.skew(Int64(number(2_000_000_000)) - 1_000_000_000)
        case 2:
            note("reboot \(index)")
            device.clock.reboot()
        case 3:
            note("copy \(index)")
            copies[index] = try device.fixture.copy()
        case 4:
            guard let copy = copies.removeValue(forKey: index) else { return }
            note("restore \(index)")
            devices[index] = TwinDevice(
                world: world, principal: device.principal, fixture: copy, clock: device.clock)
        default:
            guard devices.count < 6 else { return }
            note("clone \(index)")
            devices.append(
                TwinDevice(
                    world: world, principal: device.principal, fixture: try device.fixture.copy(),
                    clock: device.clock))
        }
    }

    /// Faults stop, and every device syncs until nothing is owed.
    ///
    /// - Returns: what is wrong then.
    func end() throws -> [String] {
        var problems: [String] = []
        for _ in 0..<3 { for device in devices { _ = try device.settle() } }
        let office = try world.device(.memory, district: 0, role: "office")
        for (index, device) in (devices + [office]).enumerated() {
            if try !device.settle() { problems.append("device \(index) does not settle") }
            let status = try device.fixture.status()
            if status.incidents > 0 { problems.append("device \(index) has an incident") }
            if try !device.fixture.pending().isEmpty { problems.append("\(index) has an overlay") }
            let unanswered =
                try Int(status.head?.sequence ?? 0) - device.fixture.receipts().count
            if unanswered != 0 { problems.append("device \(index): \(unanswered) unanswered") }
            for table in device.schema.tables {
                let shown = try device.fixture.rows(table)
                if try shown != device.fixture.recomputedRows(table) {
                    problems.append("device \(index) shows another overlay")
                }
            }
        }
        problems += try differences(office)
        return problems
    }

    /// Where the hub's rows are not what its applied change sets mean.
    private func differences(_ office: TwinDevice) throws -> [String] {
        let meaning = StateFunction(schema: office.schema, eras: world.eras)
        var problems: [String] = []
        for (place, applied) in world.applied.enumerated() {
            let meant = meaning.conflicts(at: place, world.applied)
            if meant != applied.conflicts {
                problems.append(
                    "\(applied.dot.number) has \(applied.conflicts) conflicts, meant \(meant)")
            }
        }
        for table in office.schema.tables {
            let expected = meaning.rows(table, world.applied)
            let found = try office.fixture.confirmed(table)
            if Set(found.map(\.key)) != Set(expected.keys) {
                problems.append("\(table.name): \(found.count) rows, \(expected.count) meant")
            }
            for row in found {
                guard let meant = expected[row.key] else { continue }
                for (ordinal, field) in table.fields.enumerated() where field.authority == .device {
                    let dot = (row.overrides[field.id] ?? row.row).dot
                    if row.values[ordinal] != meant.values[ordinal]
                        || dot != meant.dots[ordinal] ?? dot
                    {
                        problems.append(
                            "\(table.name).\(field.name) of \(row.key): \(row.values[ordinal]) by "
                                + "\(dot.number), meant \(meant.values[ordinal]) by "
                                + "\(meant.dots[ordinal]?.number ?? 0)")
                    }
                }
            }
        }
        return problems
    }
}
