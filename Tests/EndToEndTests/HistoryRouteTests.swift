import Foundation
import Lynk
import LynkPayments
import LynkWire
import Testing

@Suite("How a row became what it is is told to those who see the row")
struct HistoryRouteTests {
    private static let marker = "MARKER-PAYMENT-55e2"

    /// Asks as a device, with the token that it used last.
    private static func ask(
        _ phone: Phone, _ path: String, of tenant: TenantID, at hub: Installation,
        _ method: HTTPRequest.Method = .get, body: [UInt8] = []
    ) async throws -> HTTPResponse {
        let sent = try #require(phone.line.lastExchange)
        let token = try #require(sent.headers.first { $0.name == "Authorization" })
        return try await hub.transport.send(
            HTTPRequest(
                method, "\(hub.address)/v1/tenants/\(tenant)/\(path)",
                headers: [
                    token, HTTPHeader("Content-Type", "application/vnd.lynk.sync+cbor"),
                    HTTPHeader("Accept-Encoding", "zstd"),
                ], body: body))
    }

    private static func object(_ answer: HTTPResponse) throws -> [String: Any] {
        try #require(
            try JSONSerialization.jsonObject(with: Data(answer.body)) as? [String: Any])
    }

    /// One name for each commit: who may be told what its author meant.
    private static func intents(_ answer: HTTPResponse) throws -> [String] {
        let text = String(decoding: answer.body, as: UTF8.self)
        let steps = try #require(try object(answer)["steps"] as? [[String: Any]], "\(text)")
        return steps.map { $0["intent"] as? String ?? "-" }
    }

    private static func standing(
        _ answer: HTTPResponse, _ field: String
    ) throws -> [String: Any] {
        let standing = try #require(try object(answer)["standing"] as? [[String: Any]])
        return try #require(standing.first { $0["field"] as? String == field })
    }

    @Test("The office, whoever sees the row, and nobody else")
    func readers() async throws {
        try await Installation.run { hub in
            let (tank, other) = (Wholesaler.first, Wholesaler(number: 2, name: "Madan Pharma"))
            try await hub.office.open(tank)
            try await hub.office.open(other)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            let sita = try await Phone.enrolled("sita", tank.sita, of: tank, at: hub)
            let meera = try await Phone.enrolled("meera", tank.meera, of: tank, at: hub)
            let far = try meera.collect(100_000, at: tank.farShop, reference: Self.marker)
            let near = try sita.collect(100_000, at: tank.shop)
            for phone in [meera, sita, ravi] { try await phone.sync() }

            let office = try await hub.office.request(
                .get, "tenants/\(tank.tenant)/rows/payment/\(far)/history")
            #expect(office.head.status == 200)
            #expect(String(decoding: office.body, as: UTF8.self).contains(Self.marker))
            #expect(try Self.intents(office) == ["collect"])

            func history(_ phone: Phone, _ key: RowKey, _ tenant: TenantID) async throws
                -> HTTPResponse
            { try await Self.ask(phone, "rows/payment/\(key)/history", of: tenant, at: hub) }
            let own = try await history(meera, far, tank.tenant)
            #expect(own.body == office.body)
            #expect(try Self.standing(own, "amount")["relation"] as? String == "onlyWrite")
            #expect(try Self.intents(try await history(sita, near, tank.tenant)) == ["collect"])
            // A colleague sees the shop, but not what the office and Sita meant by their writes.
            let path = "rows/retailer/\(tank.shop)/history"
            let whole = try await hub.office.request(.get, "tenants/\(tank.tenant)/\(path)")
            #expect(try Self.intents(whole).contains("import"))
            let seen = try await Self.ask(ravi, path, of: tank.tenant, at: hub)
            #expect(try Self.intents(seen) == Self.intents(whole).map { _ in "-" })

            // Outside of its scopes a row is exactly what a row that never was is.
            let hidden = try await history(ravi, far, tank.tenant)
            let absent = try await history(ravi, RowKey(high: 7, low: 7), tank.tenant)
            #expect(hidden.head.status == 404)
            #expect(hidden.body == absent.body)
            try Refusal.expect(hidden, 404, .notFound, "a row outside of the scopes")
            for key in [other.shop, tank.farShop, other.farShop] {
                let answer = try await Self.ask(
                    ravi, "rows/retailer/\(key)/history", of: tank.tenant, at: hub)
                #expect(answer.head.status == 404)
                #expect(answer.body == absent.body)
            }
            let foreign = try await history(ravi, far, other.tenant)
            let nowhere = try await history(ravi, far, TenantID(high: 9, low: 9))
            try Refusal.expect(foreign, 404, .notFound, "another tenant")
            #expect(foreign.body == nowhere.body)
        }
    }

    @Test("Bad names and readers without a token get a typed problem")
    func refused() async throws {
        try await Installation.run { hub in
            let tank = Wholesaler.first
            try await hub.office.open(tank)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            for path in [
                "rows/shoes/\(tank.shop)/history", "rows/retailer/seven/history",
                "rows/lynk_log/\(tank.shop)/history", "rows/retailer/%00/history",
            ] {
                let answer = try await Self.ask(ravi, path, of: tank.tenant, at: hub)
                try Refusal.expect(answer, 404, .notFound, path)
                let office = try await hub.office.request(.get, "tenants/\(tank.tenant)/\(path)")
                try Refusal.expect(office, 404, .notFound, path)
            }
            for (method, path) in [
                (HTTPRequest.Method.get, "rows/retailer/\(tank.shop)/history"), (.get, "clock"),
                (.post, "verify"),
            ] {
                let answer = try await hub.transport.send(
                    HTTPRequest(
                        method, "\(hub.address)/v1/tenants/\(tank.tenant)/\(path)",
                        headers: []))
                try Refusal.expect(answer, 401, .tokenMissing, path)
                let foreign = try await Self.ask(
                    ravi, path, of: TenantID(high: 9, low: 9), at: hub, method)
                try Refusal.expect(foreign, 404, .notFound, path)
            }
        }
    }

    @Test("A device asks by itself, with a token that it asks for")
    func questions() async throws {
        try await Installation.run { hub in
            let tank = Wholesaler.first
            try await hub.office.open(tank)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            let payment = try ravi.collect(100_000, at: tank.shop)
            let enrolment = try #require(try ravi.replica.enrolment())
            let questions = HubQuestions(as: enrolment, over: hub.transport)
            let early = await #expect(throws: Problem.self) {
                try await questions.history(of: "payment", payment)
            }
            #expect(early?.code == .notFound)
            try await ravi.sync()
            let told = try await questions.history(of: "payment", payment)
            let table = try #require(Payments().schema.tables.first { $0.name == "payment" })
            let own = try #require(try ravi.replica.ownChanges(of: table.id, payment).first)
            let step = try #require(told["steps"]?.elements?.first { _ in true })
            #expect(step["changeSet"]?.string == "\(own.oid)")
            #expect(step["claimedMilliseconds"]?.string == "\(own.claimed.milliseconds)")
            #expect(try await questions.clock()["hub"]?.string != nil)
        }
    }

    @Test("A device is told of its own lanes, the office of all")
    func clocks() async throws {
        try await Installation.run { hub in
            let tank = Wholesaler.first
            try await hub.office.open(tank)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            let meera = try await Phone.enrolled("meera", tank.meera, of: tank, at: hub)
            try ravi.collect(100_000, at: tank.shop)
            try meera.collect(100_000, at: tank.farShop)
            for phone in [ravi, meera] { try await phone.sync() }
            let office = try await hub.office.request(.get, "tenants/\(tank.tenant)/clock")
            let all = try #require(try Self.object(office)["lanes"] as? [[String: Any]])
            let devices = try [ravi, meera].map {
                try #require(try $0.replica.enrolment()).principal.device.description
            }
            #expect(Set(devices).isSubset(of: Set(all.compactMap { $0["device"] as? String })))
            let answer = try await Self.ask(ravi, "clock", of: tank.tenant, at: hub)
            let own = try #require(try Self.object(answer)["lanes"] as? [[String: Any]])
            #expect(own.map { $0["device"] as? String } == [devices[0]])
            #expect(
                try Self.object(answer)["vector"] as? NSObject
                    == Self.object(office)["vector"] as? NSObject)
            #expect(!String(decoding: answer.body, as: UTF8.self).contains(devices[1]))
        }
    }

    @Test("A comparison shows a device what is in its scopes")
    func verify() async throws {
        try await Installation.run { hub in
            let tank = Wholesaler.first
            try await hub.office.open(tank)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            let meera = try await Phone.enrolled("meera", tank.meera, of: tank, at: hub)
            let far = try meera.collect(100_000, at: tank.farShop, reference: Self.marker)
            for phone in [meera, ravi] { try await phone.sync() }
            func verify(_ phone: Phone, _ body: [UInt8]) async throws -> HTTPResponse {
                try await Self.ask(phone, "verify", of: tank.tenant, at: hub, .post, body: body)
            }
            let first = try #require(try ravi.replica.startRepair())
            let mine = try await verify(ravi, first.encoded())
            #expect(mine.head.status == 200)
            let digests = try VerifyAnswer.decode(Self.expanded(mine)).digests
            #expect(!digests.isEmpty)
            let ask = try #require(try meera.replica.startRepair())
            let theirs = try VerifyAnswer.decode(
                Self.expanded(try await verify(meera, ask.encoded()))
            ).digests
            let hidden = try #require(
                theirs.first { theirs in !digests.contains { $0.scope == theirs.scope } })
            // A range of a scope that the device does not have.
            let range = VerifyRequest(
                scopeSetHash: first.scopeSetHash, position: first.position,
                asks: [
                    VerifyAsk(
                        scope: hidden.scope, table: hidden.table,
                        ranges: [KeyRange(lower: RowKey(high: 0, low: 0), upper: nil)])
                ])
            let answer = try await verify(ravi, range.encoded())
            let bytes = answer.head.status == 200 ? try Self.expanded(answer) : answer.body
            #expect(Data(bytes).range(of: Data(Self.marker.utf8)) == nil)
            #expect(Data(bytes).range(of: Data(far.bytes)) == nil)
            if answer.head.status == 200 {
                let found = try VerifyAnswer.decode(bytes)
                #expect(found.pages.isEmpty || found.parts.isEmpty)
            }
            let bad = try await verify(ravi, [0, 0, 0, 1, 5, 0xFF, 0, 0, 0, 0])
            try Refusal.expect(bad, 400, .bodyMalformed, "no message")
        }
    }

    private static func expanded(_ answer: HTTPResponse) throws -> [UInt8] {
        answer.head["content-encoding"] == "zstd"
            ? try Zstd.decompress(answer.body, limit: 64 << 20) : answer.body
    }
}
