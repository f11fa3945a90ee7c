import LynkCore
import LynkEngine
import TestSupport
import Testing

@testable import LynkStore

@Suite("Schemas that grow by chance, at different times everywhere")
struct RandomGrowthTests {
    private static let versions = 6

    /// One world from a seed: a hub and three devices whose programs are upgraded, and put back,
    /// at any time, while all of them write.
    private final class Run {
        let world: TwinWorld
        let schemas: [Schema]
        var devices: [TwinDevice] = []
        var levels: [Int]
        var hubLevel = 0
        var random: SeededGenerator

        init(_ seed: UInt64) throws {
            random = SeededGenerator(seed: seed)
            schemas = Growth.random(RandomGrowthTests.versions, &random)
            world = try TwinWorld(
                GrowingApplication(schemas[0]), on: StorePair.all[Int(seed % 4)], seed: seed)
            levels = [0, 0, 0]
            for kind in [ReplicaKind.sqlite, .memory, .sqlite] {
                devices.append(try world.device(kind, schema: schemas[0]))
            }
        }

        func step() throws {
            let index = Int.random(in: devices.indices, using: &random)
            let device = devices[index]
            switch Int.random(in: 0..<12, using: &random) {
            case 0:
                hubLevel = min(hubLevel + 1, schemas.count - 1)
                try world.upgradeHub(to: GrowingApplication(schemas[hubLevel]))
            case 1, 2:
                levels[index] = Int.random(in: schemas.indices, using: &random)
                let root = try device.fixture.recomputeRoot()
                try device.fixture.upgrade(to: schemas[levels[index]])
                #expect(try device.fixture.recomputeRoot() == root)
            case 3: try device.fixture.crash()
            case 4...7: try device.sync(TwinFault.all[Int(random.next() % 12)])
            default: try write(device, schemas[levels[index]])
            }
        }

        private func write(_ device: TwinDevice, _ schema: Schema) throws {
            let table = schema.tables[Int.random(in: schema.tables.indices, using: &random)]
            let present = try device.fixture.rows(table)
            guard let row = present.randomElement(using: &random), table.kind == .mutable,
                Int.random(in: 0..<3, using: &random) > 0
            else {
                let area: Value = Bool.random(using: &random) ? "a" : "b"
                let puts =
                    [RowChange.Put(1, area)] + table.fields.dropFirst().compactMap { put($0) }
                return try device.fixture.write([.insert(table.id, device.fixture.mintKey(), puts)])
            }
            if Int.random(in: 0..<6, using: &random) == 0 {
                return try device.fixture.write([.delete(table.id, row.key)])
            }
            let puts = table.fields.dropFirst().compactMap { put($0) }
            if puts.isEmpty { return }
            try device.fixture.write([.update(table.id, row.key, puts)])
        }

        /// A value for a field, at times its default.
        private func put(_ field: FieldSchema) -> RowChange.Put? {
            switch Int.random(in: 0..<3, using: &random) {
            case 0: return nil
            case 1 where field.policy != .maximum: return .init(field.id, field.defaultValue)
            default: break
            }
            let number = Int64.random(in: 0..<9, using: &random)
            switch field.policy {
            case .flag: return .init(field.id, .integer(number % 2))
            default:
                return .init(
                    field.id, field.type == .text ? .text("text \(number)") : .integer(number))
            }
        }
    }

    @Test(
        "All converge with equal digests, and upgrades fetch nothing",
        arguments: 1...SchemaGrowthTests.seeds)
    func converge(_ seed: UInt64) throws {
        let run = try Run(seed)
        for _ in 0..<120 { try run.step() }
        // Whatever versions they have, nothing differs.
        for device in run.devices { _ = try device.settle() }
        for device in run.devices {
            #expect(try device.settle())
            #expect(try device.fixture.status().incidents == 0)
        }
        let roots = try Set(run.devices.map { try $0.fixture.status().root })
        #expect(roots.count == 1)
        // The hub learns everything: what was ahead of it is put in force.
        let newest = run.schemas[run.schemas.count - 1]
        try run.world.upgradeHub(to: GrowingApplication(newest))
        let waiting = try run.world.hub.read { reads in
            try reads.quarantine().filter { $0.resolution == nil && $0.code == .schemaUnknown }
        }
        #expect(waiting.isEmpty)
        for device in run.devices { #expect(try device.settle()) }
        for device in run.devices {
            let root = try device.fixture.status().root
            try device.fixture.upgrade(to: newest)
            #expect(try device.fixture.status().root == root)
            #expect(try device.fixture.recomputeRoot() == root)
            let (report, bytes) = try device.pull()
            #expect(bytes == 0)
            #expect(report?.digestMatches == true)
        }
        let meanings = try run.devices.map { try $0.meaning(newest) }
        #expect(!meanings[0].isEmpty)
        #expect(meanings.allSatisfy { $0 == meanings[0] })
    }
}
