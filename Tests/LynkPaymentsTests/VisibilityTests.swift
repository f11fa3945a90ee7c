import LynkCore
import Testing

@testable import LynkPayments

@Suite("Who sees what")
struct VisibilityTests {
    private let now = HybridTimestamp(milliseconds: World.start)
    private let north = RowKey(high: 0xA, low: 1)
    private let south = RowKey(high: 0xA, low: 2)

    private func shop(_ number: UInt64) -> RowKey { RowKey(high: 0x5E, low: number) }

    /// Shops 11 and 12 go by area, 13 is Ravi's alone, 14 is closed.
    private func world() throws -> World {
        let world = try World()
        func retailer(_ number: UInt64, _ area: RowKey, direct: [RowKey] = [], active: Int64 = 1)
            -> RowChange
        {
            .birth(
                shop(number),
                [
                    RetailerField.area: .key(area), .directWorkers: .text(KeyText.list(direct)),
                    .active: .integer(active),
                ])
        }
        func worker(_ key: RowKey, _ areas: [RowKey]) -> RowChange {
            RowChange(
                table: WorkerField.table.id, key: key, kind: .update,
                puts: [.init(WorkerField.areas.rawValue, .text(KeyText.list(areas)))])
        }
        try world.hub.push(
            world.office.write([
                worker(world.ravi.user, [north]), worker(world.sita.user, [north, south]),
                retailer(11, north), retailer(12, south),
                retailer(13, south, direct: [world.ravi.user]), retailer(14, north, active: 0),
            ]))
        return world
    }

    private func shops(of device: Device, in world: World) throws -> [UInt64] {
        guard
            case .only(let scopes) = try world.hub.application.scopeSet(
                of: device.principal, now: now, in: world.hub.view)
        else { return [] }
        return [11, 12, 13, 14].filter { scopes.contains(ScopeName.retailer(shop($0))) }
    }

    @Test("A worker sees shops by area, unless they have workers of their own")
    func shops() throws {
        let world = try world()
        #expect(try shops(of: world.ravi, in: world) == [11, 13])
        #expect(try shops(of: world.sita, in: world) == [11, 12])
        #expect(try shops(of: world.meera, in: world) == [])
    }

    @Test("A worker sees the tenant, himself and four months of his own work")
    func months() throws {
        let world = try World()
        let id = world.meera.user.description
        #expect(
            try world.hub.application.scopeSet(
                of: world.meera.principal, now: now, in: world.hub.view)
                == .only([
                    "tenant", Scope("worker/\(id)"), Scope("worker/\(id)/2026-08"),
                    Scope("worker/\(id)/2026-09"), Scope("worker/\(id)/2026-10"),
                    Scope("worker/\(id)/2026-11"),
                ]))
    }

    @Test("The office sees all, a stranger nothing")
    func others() throws {
        let world = try World()
        let application = world.hub.application
        #expect(
            try application.scopeSet(of: world.clerk.principal, now: now, in: world.hub.view)
                == .all)
        let stranger = Principal(
            tenant: World.tenant, device: DeviceID(high: 0, low: 0),
            user: UserID(high: 0, low: 0), role: "stranger")
        #expect(
            try application.scopeSet(of: stranger, now: now, in: world.hub.view) == .only([]))
    }

    @Test("A payment belongs to its worker's month in India, and to the shop's phone")
    func payment() throws {
        let world = try World()
        let change = world.ravi.payment(World.payment(1), from: World.shop, 100)
        var values = PaymentField.table.defaults
        for put in change.puts { values[Int(put.field) - 1] = put.value }
        // 18:29:59Z and 18:30:00Z on the last of October: a second apart, two months in India.
        let midnight = try #require(Moment.milliseconds("2026-10-31T18:30:00Z"))
        for (time, month) in [(midnight - 1000, "2026-10"), (midnight, "2026-11")] {
            #expect(
                world.hub.application.scopes(
                    of: World.payment(1), values: values, in: PaymentField.table,
                    effective: HybridTimestamp(milliseconds: time)) == [
                        Scope("worker/\(world.ravi.user)/\(month)"),
                        Scope("retailer-phone/\(World.shop)"),
                    ])
        }
    }

    @Test("Every other table has the scopes of whoever may see it")
    func tables() {
        let retailer = Scope("retailer/\(World.shop)")
        let phone = Scope("retailer-phone/\(World.shop)")
        let month = Scope("worker/\(World.worker(1))/2026-11")
        var expected: [TableID: [Scope]] = [
            1: ["tenant", "profile"], 2: ["tenant"], 3: ["tenant"], 4: [retailer], 5: [retailer],
            6: [retailer], 8: [retailer], 10: [retailer], 14: ["tenant"], 15: ["tenant"],
            21: [retailer], 23: [month], 24: [phone, month], 25: [phone], 26: [month],
            28: [month], 29: [month], 31: [phone], 37: [month],
            39: [Scope("worker/\(World.worker(1))")], 43: [retailer], 44: [retailer],
            45: [retailer],
        ]
        for office: TableID in [9, 11, 12, 13, 16, 17, 18, 19, 20, 22, 27, 30] {
            expected[office] = ["admin"]
        }
        for office: TableID in [32, 33, 34, 35, 36, 38, 40, 41, 42, 46, 47, 48] {
            expected[office] = ["admin"]
        }
        for table in Payments().schema.tables where table.id != PaymentField.table.id {
            var values = table.defaults
            for (name, key) in [
                ("retailer", World.shop), ("worker", World.worker(1)), ("by_user", World.worker(1)),
            ] {
                if let ordinal = table.ordinal(named: name) { values[ordinal] = .key(key) }
            }
            let scopes = Payments().scopes(
                of: World.shop, values: values, in: table,
                effective: HybridTimestamp(milliseconds: World.start))
            #expect(scopes == expected[table.id] ?? [], "\(table.name)")
        }
    }
}
