import LynkCore
import TestSupport

@testable import LynkPayments

/// A tenant drawn from a seed, richer than ``RandomTenant``: several installations, contexts that
/// differ, instruments used again, cheques that bounce, decisions, people who lose their rights,
/// closed days and wrong clocks.
final class RichTenant {
    /// What may happen; without all of it the smallest failing case is easier to see.
    struct Ways: OptionSet {
        let rawValue: Int
        static let instruments = Ways(rawValue: 1)
        static let retyping = Ways(rawValue: 2)
        static let cheques = Ways(rawValue: 4)
        static let decisions = Ways(rawValue: 8)
        static let rights = Ways(rawValue: 16)
        static let clocks = Ways(rawValue: 32)
        static let amendments = Ways(rawValue: 64)
        static let cancels = Ways(rawValue: 128)
        static let aliases = Ways(rawValue: 256)
        static let staleContexts = Ways(rawValue: 512)
        static let handovers = Ways(rawValue: 1024)
        static let ticks = Ways(rawValue: 2048)
        static let bank = Ways(rawValue: 4096)
        static let reports = Ways(rawValue: 8192)
        static let codes = Ways(rawValue: 16384)
        static let all = Ways(rawValue: 32767)
    }

    let world: World
    private(set) var ways: Ways
    /// Everybody who writes with a device; the office is apart.
    let writers: [Device]
    private(set) var arrivals: [Arrival] = []
    var random: SeededGenerator
    var shops = [World.shop, RowKey(high: 0x5E, low: 2)]
    private var nextKey: UInt64 = 0
    var nextInvoice: UInt64 = 200
    var waiting: [(RowKey, Device)] = []
    /// Handovers that workers said, arrived or not; and lines of statements.
    var handed: [(key: RowKey, sum: Int64, cheques: [RowKey])] = []
    var bankLines: [RowKey] = []
    /// Whose code a text is, with its number on the phone of the base shop.
    var codes: [String: ReferenceBooks.Code] = [:]
    var phoneCounter: Int64 = 0
    var wrongCodes = 0
    /// Payments that had a wrong code.
    var wronged: Set<RowKey> = []
    /// What each device collected at the base shop.
    var paid: [UInt32: [Written]] = [:]
    /// Receipts that each device has numbered.
    var receipts: [UInt32: Int64] = [:]
    private let phone = Device(40, user: World.shop, role: .retailer, tenant: World.tenant)

    init(seed: UInt64, ways: Ways = .all) throws {
        random = SeededGenerator(seed: seed)
        // Codes tell two payments apart that look like one; each way is drawn by itself.
        self.ways = ways.subtracting(Bool.random(using: &random) ? .codes : .retyping)
        world = try World(
            isStating: Bool.random(using: &random),
            order: Bool.random(using: &random) ? .issueDate : .dueDate)
        let again = Device(21, user: world.ravi.user, role: .worker, tenant: World.tenant)
        again.isStating = world.ravi.isStating
        again.now += 5000
        again.sync(with: world.hub)
        let other = Device(5, user: World.worker(7), role: .admin, tenant: World.tenant)
        other.sync(with: world.hub)
        writers = world.devices + (self.ways.contains(.retyping) ? [again] : []) + [other]
        // What the world itself said: the same writes again, to have them in the log.
        arrivals = try RichTenant.beginning(of: world)
        try push(world.office.write([.birth(shops[1], [RetailerField.code: "R002"])]))
        try registerPhone()
        for _ in 0..<Int.random(in: 0...2, using: &random) {
            for written in phase().flatMap({ $0 }) { try push(written) }
            for device in writers + [phone] {
                if !ways.contains(.staleContexts) || chance(2) { device.sync(with: world.hub) }
            }
            if ways.contains(.clocks), chance(4) {
                world.hub.clock += Int64.random(in: 1...300, using: &random) * 3_600_000
            }
        }
    }

    /// The two change sets with which every world begins.
    private static func beginning(of world: World) throws -> [Arrival] {
        let twin = Device(9, user: World.worker(9), role: .admin, tenant: World.tenant, isHub: true)
        let profile = world.hub.entries(TenantProfileField.self).map { row in
            RowChange.birth(
                row.key, [TenantProfileField.allocationOrder: .text(row.text(.allocationOrder))])
        }
        let first = twin.write(
            profile + [.birth(World.shop, [RetailerField.code: "R001"])])
        let second = twin.write([
            World.invoice(World.first, "INV-101", 1_000_000, issued: "2026-10-01"),
            World.invoice(
                World.second, "INV-102", 600_000, issued: "2026-10-05", due: "2026-10-10"),
        ])
        return [first, second].map { Arrival(written: $0, clock: World.start) }
    }

    func push(_ written: Written) throws {
        arrivals.append(Arrival(written: written, clock: world.hub.clock))
        try world.hub.push(written)
    }

    func chance(_ one: Int) -> Bool { Int.random(in: 0..<one, using: &random) == 0 }

    func newKey(_ high: UInt64) -> RowKey {
        nextKey += 1
        return RowKey(high: high, low: nextKey)
    }

    /// What everybody does while none hears of the others: each list arrives in its order.
    func phase() -> [[Written]] {
        var queues = writers.map { device in
            (0..<Int.random(in: 0...2, using: &random)).map { _ in act(device) }
                + attest(device) + errands(device)
        }
        queues.append(
            (0..<Int.random(in: 0...2, using: &random)).map { _ in officeActs() }
                + officeErrands())
        queues.append(phoneLine(phone))
        if ways.contains(.decisions), chance(4), let payment = anyPayment() {
            queues.append([
                phone.state(
                    newKey(0xD1),
                    [
                        DisputeField.payment: .key(payment), .retailer: .key(World.shop),
                        .claim: "NOT_MINE",
                    ])
            ])
        }
        return queues
    }

    func anyPayment() -> RowKey? {
        world.hub.entries(PaymentField.self).map(\.key).randomElement(using: &random)
    }
}
