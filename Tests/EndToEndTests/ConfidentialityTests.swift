import Foundation
import Lynk
import LynkPayments
import LynkWire
import Testing

@Suite("What a worker may not see never reaches the worker's device")
struct ConfidentialityTests {
    private static let visible = "MARKER-NORTH-7d1f"
    private static let far = "MARKER-SOUTH-93ab"
    private static let foreign = "MARKER-TENANT-c04e"
    private static let reference = "MARKER-PAYMENT-55e2"

    /// Which of the markers stand in the bytes.
    private static func markers(in bytes: Data) -> [String] {
        [visible, far, foreign, reference].filter { bytes.range(of: Data($0.utf8)) != nil }
    }

    /// Which of the keys stand in the bytes.
    private static func count(of keys: [RowKey], in bytes: Data) -> Int {
        keys.filter { bytes.range(of: Data($0.bytes)) != nil }.count
    }

    /// Everything that came over the line, expanded.
    private static func received(_ phone: Phone) throws -> Data {
        try phone.line.received.reduce(into: Data()) { $0.append(contentsOf: try $1.decoded()) }
    }

    @Test("Neither another area nor another tenant, on the wire or on disk")
    func scopes() async throws {
        try await Installation.run { hub in
            var tank = Wholesaler.first
            (tank.northShop, tank.southShop) = (Self.visible, Self.far)
            var other = Wholesaler(number: 2, name: "Madan Pharma")
            (other.northShop, other.southShop) = (Self.foreign, Self.foreign)
            try await hub.office.open(tank)
            try await hub.office.open(other)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            let meera = try await Phone.enrolled("meera", tank.meera, of: tank, at: hub)
            let clerk = try await Phone.enrolled("clerk", tank.clerk, .admin, of: tank, at: hub)
            let payment = try meera.collect(100_000, at: tank.farShop, reference: Self.reference)
            try ravi.collect(100_000, at: tank.shop)
            for phone in [meera, ravi, clerk, ravi] {
                #expect(try await phone.sync().digestMatches)
            }
            let secrets = [tank.farShop, payment, other.shop, other.farShop]
            let wire = try Self.received(ravi)
            #expect(Self.markers(in: wire) == [Self.visible])
            #expect(Self.count(of: secrets, in: wire) == 0)
            let file = try ravi.fileBytes()
            #expect(Self.markers(in: file) == [Self.visible])
            #expect(Self.count(of: secrets, in: file) == 0)
            // That the search finds what is there: the office sees its whole tenant.
            let office = try Self.received(clerk)
            #expect(Self.markers(in: office) == [Self.visible, Self.far, Self.reference])
            #expect(Self.count(of: secrets, in: office) == 2)
            #expect(
                Self.markers(in: try clerk.fileBytes())
                    == [Self.visible, Self.far, Self.reference])
            for phone in [ravi, meera, clerk] { try phone.expectInStep() }
        }
    }
}
