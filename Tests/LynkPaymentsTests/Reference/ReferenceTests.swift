import Foundation
import Testing

@Suite("A second reading of the rules of money")
struct ReferenceTests {
    static func number(_ name: String, or usual: Int) -> Int {
        ProcessInfo.processInfo.environment[name].flatMap { Int($0) } ?? usual
    }
    static let first = number("LYNK_FIRST", or: 1)
    static let ways = RichTenant.Ways.all
    static let tenants = number("LYNK_TENANTS", or: 40)
    static let orders = number("LYNK_ORDERS", or: 8)

    @Test("The books agree with it in every figure, in any order of arrival")
    func agree() throws {
        var compared = 0
        for seed in Self.first..<Self.first + Self.tenants {
            for order in 1...Self.orders {
                let difference = try ReferenceCheck.difference(seed, order: order, ways: Self.ways)
                #expect(difference == nil)
                if difference != nil { return }
                compared += 1
            }
        }
        print("reference: \(compared) arrivals of \(Self.tenants) tenants, all figures equal")
    }
}
