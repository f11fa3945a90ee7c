import LynkCore
import LynkEngine
import TestSupport

@testable import LynkStore

/// A history of several devices and the office, drawn from a seed: the same seed makes the same
/// history whatever the replicas and the hub are made of.
enum ScriptStep: Hashable, Sendable {
    case addShop(device: Int, number: UInt64)
    case update(device: Int, shop: UInt64, field: FieldID, value: Value)
    case count(device: Int, shop: UInt64, delta: Int64)
    /// Two rows and a fact in one transaction.
    case visit(device: Int, shop: UInt64, number: UInt64, amount: Int64)
    case office(shop: UInt64, name: String)
    case sync(device: Int, TwinFault)
    case advance(Int64)
    case restartHub

    static func script(seed: UInt64, devices: Int, steps: Int) -> [ScriptStep] {
        var random = SeededGenerator(seed: seed)
        var shops: UInt64 = 0
        var visits: UInt64 = 0
        func number(_ most: Int) -> Int { Int.random(in: 0...most, using: &random) }
        return (0..<steps).map { _ in
            let device = number(devices - 1)
            let shop = UInt64(number(max(Int(shops) - 1, 0)))
            switch number(19) {
            case 0, 1:
                shops += 1
                return .addShop(device: device, number: shops - 1)
            case 2...5:
                let puts: [(FieldID, Value)] = [
                    (2, .text(number(9) == 0 ? "FORBIDDEN" : "name \(number(99))")),
                    (3, number(3) == 0 ? .null : .text("\(number(9))")),
                    (5, .text(["NEW", "OPEN", "CLOSED"][number(2)])), (1, .text("\(number(2))")),
                ]
                let put = puts[number(7) % 4]
                return .update(device: device, shop: shop, field: put.0, value: put.1)
            case 6...8:
                return .count(device: device, shop: shop, delta: Int64(number(20) - 10))
            case 9, 10:
                visits += 1
                return .visit(
                    device: device, shop: shop, number: visits, amount: Int64(number(500)))
            case 11: return .office(shop: shop, name: "office \(number(99))")
            case 12: return .advance(Int64(number(100_000)))
            case 13: return number(4) == 0 ? .restartHub : .advance(1)
            default:
                let fault =
                    number(1) == 0
                    ? TwinFault.none : TwinFault.all[number(TwinFault.all.count - 1)]
                return .sync(device: device, fault)
            }
        }
    }

    static func shop(_ number: UInt64) -> RowKey { RowKey(high: 0x51, low: number) }
    static func visit(_ number: UInt64) -> RowKey { RowKey(high: 0x52, low: number) }
}

extension TwinWorld {
    /// Plays one step of a script; an exchange that a refusal breaks off is no failure.
    func play(_ step: ScriptStep, _ devices: [TwinDevice]) throws {
        time.advance(7)
        switch step {
        case .addShop(let device, let number):
            try devices[device].fixture.write([
                .insert(
                    1, ScriptStep.shop(number),
                    [.init(1, "1"), .init(2, .text("shop \(number)"))])
            ])
        case .update(let device, let shop, let field, let value):
            try devices[device].fixture.write([
                .update(1, ScriptStep.shop(shop), [.init(field, value)])
            ])
        case .count(let device, let shop, let delta):
            try devices[device].fixture.write([.add(1, ScriptStep.shop(shop), 4, delta)])
        case .visit(let device, let shop, let number, let amount):
            let user = devices[device].principal.user
            try devices[device].fixture.write([
                .insert(
                    2, ScriptStep.visit(number),
                    [
                        .init(1, .key(ScriptStep.shop(shop))), .init(2, .integer(amount)),
                        .init(3, .key(user)),
                    ]),
                .add(1, ScriptStep.shop(shop), 4, 1),
            ])
        case .office(let shop, let name):
            try office([
                RowChange(
                    table: 1, key: ScriptStep.shop(shop), kind: .update,
                    puts: [.init(2, .text(name))])
            ])
        case .sync(let device, let fault): try devices[device].sync(fault)
        case .advance(let milliseconds): time.advance(milliseconds)
        case .restartHub: try restartHub()
        }
    }
}
