import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

/// What a hub lives through while its every write is watched.
enum HubScenario: String, CaseIterable, CustomTestStringConvertible {
    case pushes, groupCommit, repeats, lostAnswers, concurrent, quarantine, durableAndFloor
    case restarts, office, deletes, backup, manyRows

    var testDescription: String { rawValue }

    func prepare(_ stage: HubStage) throws {
        guard self == .quarantine else { return }
        try stage.devices[0].addShop("FORBIDDEN")
    }

    func play(_ stage: HubStage) throws {
        switch self {
        case .pushes:
            for device in [0, 1, 2, 0] {
                try stage.write(device)
                try stage.sync(device)
            }
        case .groupCommit:
            for _ in 0..<2 {
                for device in 0..<3 { try stage.write(device) }
                try stage.pushTogether()
            }
            for device in 0..<3 { try stage.sync(device) }
        case .repeats:
            try stage.write(0)
            for _ in 0..<3 { try stage.sync(0, .requestRepeated) }
        case .lostAnswers:
            for count in 0...3 {
                try stage.write(1)
                try stage.sync(1, .cut(after: count))
            }
        case .concurrent: try concurrent(stage)
        case .quarantine:
            try stage.sync(0)
            try stage.write(0)
            try stage.sync(0)
            let oids = try stage.devices[0].fixture.receipts()
                .filter { $0.disposition == "quarantined" }.map(\.oid)
            for oid in oids {
                try stage.step {
                    _ = try stage.world.hub.store.rejectFinally(
                        oid, nowMilliseconds: stage.world.time.now)
                }
            }
            try stage.sync(0)
        case .durableAndFloor: try forget(stage)
        case .restarts:
            for device in 0..<3 {
                try stage.write(device)
                try stage.sync(device)
                try stage.reopen()
            }
        case .office:
            for number in 0..<4 { try stage.step { try Self.office(stage, number..<number + 3) } }
            try stage.sync(0)
        case .deletes: try delete(stage)
        case .backup:
            try stage.write(0)
            try stage.sync(0)
            let copy = "\(stage.world.directory)/copy.sqlite"
            try stage.step { _ = try stage.world.hub.store.backUp(to: copy) }
            try stage.write(1)
            try stage.sync(1)
        case .manyRows:
            try stage.step { try Self.office(stage, 0..<200) }
            try stage.write(2)
            try stage.sync(2)
        }
    }

    private func concurrent(_ stage: HubStage) throws {
        for (number, device) in stage.devices.enumerated() {
            try device.fixture.write([.update(1, stage.base, [.init(3, .text("\(number)"))])])
            try stage.write(number)
        }
        for device in [0, 1, 2, 0, 1] { try stage.sync(device) }
    }

    private func forget(_ stage: HubStage) throws {
        let store = stage.world.hub.store
        let key = try stage.devices[0].addShop("gone")
        try stage.sync(0)
        try stage.step { try stage.devices[0].fixture.write([.delete(1, key)]) }
        try stage.sync(0)
        let vector = try stage.world.hub.read { try $0.vector() }
        try stage.step { try store.markDurable(vector) }
        try stage.step {
            stage.world.time.advance(100 * 86_400_000)
            _ = try store.advanceFloor(nowMilliseconds: stage.world.time.now)
        }
        try stage.write(1)
        try stage.sync(1)
    }

    private func delete(_ stage: HubStage) throws {
        let key = try stage.devices[0].addShop("gone")
        for device in 0..<2 { try stage.sync(device) }
        try stage.devices[0].fixture.write([.delete(1, key)])
        try stage.devices[1].fixture.write([.update(1, key, [.init(3, .text("9"))])])
        try stage.write(1)
        for device in [0, 1, 0] { try stage.sync(device) }
    }

    private static func office(_ stage: HubStage, _ numbers: Range<Int>) throws {
        try stage.world.office(
            numbers.map { number in
                RowChange(
                    table: 1, key: .derived("shop", [Array("office \(number)".utf8)]),
                    kind: .insert, puts: [.init(1, .text("1")), .init(2, .text("o\(number)"))])
            })
    }
}
