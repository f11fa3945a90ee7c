import GRDB
import LynkCore
import LynkEngine
import Testing

@testable import LynkStore

/// What a device lives through while its every write is watched.
enum DeviceScenario: String, CaseIterable, CustomTestStringConvertible {
    case writes, push, pull, overlay, lostAnswers, cutAnswers, rolledBackHub, copiedFile
    case refused, durable, deletes, fileCheckpoint

    var testDescription: String { rawValue }

    /// What is there before the first watched step.
    func prepare(_ stage: DeviceStage) throws {
        switch self {
        case .pull, .overlay:
            try stage.world.office((1...60).map { Self.shop("hub \($0)") })
        default: break
        }
    }

    func play(_ stage: DeviceStage) throws {
        switch self {
        case .writes: for _ in 0..<6 { try stage.write() }
        case .push:
            for _ in 0..<3 {
                try stage.write()
                try stage.sync()
            }
        case .pull:
            try stage.sync()
            try stage.world.office([Self.shop("later")])
            try stage.sync()
        case .overlay:
            for _ in 0..<2 {
                try stage.write()
                try stage.world.office([
                    RowChange(
                        table: 1, key: stage.base, kind: .update, puts: [.init(3, .text("7"))])
                ])
                try stage.sync(.cut(after: 1))
                try stage.sync()
            }
        case .lostAnswers:
            for fault: TwinFault in [.cut(after: 0), .requestRepeated, .cut(after: 2)] {
                try stage.write()
                try stage.sync(fault)
            }
            try stage.sync()
        case .cutAnswers:
            for count in 1...4 {
                try stage.write()
                try stage.sync(.cut(after: count))
            }
            try stage.sync()
        case .rolledBackHub:
            try stage.write()
            try stage.sync()
            try stage.rollHubBack()
            try stage.write()
            try stage.sync()
            try stage.sync()
        case .copiedFile: try copy(stage)
        case .refused: try refuse(stage)
        case .durable: try drop(stage)
        case .deletes: try delete(stage)
        case .fileCheckpoint:
            for _ in 0..<3 {
                try stage.write()
                try stage.step { try Self.checkpointFile(stage) }
            }
            try stage.sync()
            try stage.step { try Self.checkpointFile(stage) }
        }
    }

    /// Another device goes on from a copy of the file; this one finds its lane forked.
    private func copy(_ stage: DeviceStage) throws {
        let other = TwinDevice(
            world: stage.world, principal: stage.device.principal,
            fixture: try stage.device.fixture.copy(), clock: stage.device.clock)
        try stage.write()
        try stage.sync()
        try other.addShop("other")
        _ = try other.settle()
        try stage.write()
        try stage.sync()
        try stage.sync()
    }

    private func refuse(_ stage: DeviceStage) throws {
        try stage.step { try stage.device.addShop("FORBIDDEN") }
        try stage.write()
        try stage.sync()
        try stage.step { try stage.device.addShop("FORBIDDEN") }
        try stage.sync()
        try stage.write()
        try stage.sync()
    }

    private func drop(_ stage: DeviceStage) throws {
        for _ in 0..<3 {
            try stage.write()
            try stage.sync()
            let vector = try stage.world.hub.read { try $0.vector() }
            try stage.world.hub.store.markDurable(vector)
            try stage.sync()
        }
    }

    private func delete(_ stage: DeviceStage) throws {
        var keys: [RowKey] = []
        try stage.step { keys.append(try stage.device.addShop("gone")) }
        try stage.sync()
        try stage.step { try stage.device.fixture.write(keys.map { .delete(1, $0) }) }
        try stage.write()
        try stage.sync()
    }

    private static func checkpointFile(_ stage: DeviceStage) throws {
        guard let fixture = stage.device.fixture as? SQLiteReplicaFixture else { return }
        try fixture.replica.checkpointFile()
    }

    private static func shop(_ name: String) -> RowChange {
        RowChange(
            table: 1, key: .derived("shop", [Array(name.utf8)]), kind: .insert,
            puts: [.init(1, .text("1")), .init(2, .text(name))])
    }
}
