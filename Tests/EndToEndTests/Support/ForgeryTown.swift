import Foundation
import Lynk
import LynkWire
import Synchronization
import Testing

/// What a forger sends: any bytes to any address under any token.
struct ForgedRequest: Sendable {
    var method = HTTPRequest.Method.post
    /// After the hub's address; `nil` for the sync route of the first tenant.
    var path: String?
    /// Whose token it carries; `nil` for the forger's own, empty for none.
    var token: String?
    var type = "application/vnd.lynk.sync+cbor"
    var headers: [HTTPHeader] = []
    var body: [UInt8] = []
}

/// Two tenants at one hub. Sita is the forger: enrolled, in step, with a payment behind her. Ravi
/// has an unsent payment that must survive, Meera works where Sita may not look, and the thief is
/// another tenant's.
struct ForgeryTown: Sendable {
    let hub: Installation
    let tank: Wholesaler
    let other: Wholesaler
    let ravi: Phone
    let sita: Phone
    let meera: Phone
    let thief: Phone
    /// Meera's payment, which Sita has never seen.
    let hidden: RowKey
    /// Sita's payment.
    let own: RowKey
    /// Each forgery has a lane of its own, so that none is refused for another's sake.
    let lanes: Counter

    final class Counter: Sendable {
        private let value = Mutex<UInt64>(0)
        func next() -> UInt64 {
            value.withLock {
                $0 += 1
                return $0
            }
        }
    }

    static func run(
        _ body: @escaping @Sendable (ForgeryTown) async throws -> Void
    ) async throws {
        try await Installation.run { hub in
            let (tank, other) = (Wholesaler.first, Wholesaler(number: 2, name: "Madan Pharma"))
            try await hub.office.open(tank)
            try await hub.office.open(other)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            let sita = try await Phone.enrolled("sita", tank.sita, of: tank, at: hub)
            let meera = try await Phone.enrolled("meera", tank.meera, of: tank, at: hub)
            let thief = try await Phone.enrolled("thief", other.ravi, of: other, at: hub)
            let hidden = try meera.collect(70_000, at: tank.farShop)
            let own = try sita.collect(60_000, at: tank.shop)
            try thief.collect(50_000, at: other.shop)
            for phone in [meera, sita, thief, ravi, sita] { try await phone.sync() }
            try ravi.collect(250_000, at: tank.shop)
            let town = ForgeryTown(
                hub: hub, tank: tank, other: other, ravi: ravi, sita: sita, meera: meera,
                thief: thief, hidden: hidden, own: own, lanes: Counter())
            try await body(town)
            try await town.expectUnharmed()
        }
    }

    /// The bearer token that a phone used last.
    func token(of phone: Phone) throws -> String {
        let header = phone.line.lastExchange?.headers.first { $0.name == "Authorization" }
        return try #require(header).value
    }

    func send(_ forged: ForgedRequest) async throws -> HTTPResponse {
        let token = try forged.token ?? token(of: sita)
        let path = forged.path ?? "/v1/tenants/\(tank.tenant)/sync"
        var headers = [HTTPHeader("Content-Type", forged.type)] + forged.headers
        if !token.isEmpty { headers.append(HTTPHeader("Authorization", token)) }
        return try await hub.transport.send(
            HTTPRequest(
                forged.method, hub.address + path, headers: headers, body: forged.body))
    }

    /// Everybody's honest work goes on, and nobody has lost anything.
    private func expectUnharmed() async throws {
        let report = try await ravi.sync()
        #expect(report.receipts == [.accepted: 1])
        for phone in [sita, meera, thief, ravi] {
            #expect(try await phone.sync().digestMatches)
            try phone.expectInStep()
        }
    }
}
