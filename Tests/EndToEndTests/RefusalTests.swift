import Foundation
import Lynk
import LynkPayments
import LynkServer
import LynkWire
import TestSupport
import Testing

@Suite("Bad input: a typed problem, nothing stored, nothing lost, the hub goes on")
struct RefusalTests {
    /// A hub; Ravi, who has an unsent payment that must survive; Sita, who shows that all works.
    private struct Town: Sendable {
        let hub: Installation
        let tank: Wholesaler
        let ravi: Phone
        let sita: Phone
        let tenantBefore: Snapshot

        /// Nothing was stored or lost, and a good exchange works.
        func expectUnharmed(
            _ name: String, sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let report = try await sita.sync()
            #expect(report.digestMatches, "\(name)", sourceLocation: sourceLocation)
            #expect(
                try hub.snapshot(of: tank.tenant).differences(from: tenantBefore) == [],
                "\(name)", sourceLocation: sourceLocation)
            #expect(
                try ravi.replica.status().pending == 1, "\(name)", sourceLocation: sourceLocation)
        }

        /// Sita's last exchange with other parts.
        func exchange(
            tenant: TenantID? = nil, token: String? = nil, type: String? = nil,
            body: [UInt8]? = nil
        ) async throws -> HTTPResponse {
            var request = try #require(sita.line.lastExchange)
            if let tenant { request.url = "\(hub.address)/v1/tenants/\(tenant)/sync" }
            if let token { replace("Authorization", "Bearer \(token)", in: &request) }
            if let type { replace("Content-Type", type, in: &request) }
            if let body {
                request.headers.removeAll { $0.name == "Content-Encoding" }
                request.body = body
            }
            request.responseBytesMax = 1 << 20
            return try await hub.transport.send(request)
        }

        private func replace(_ name: String, _ value: String, in request: inout HTTPRequest) {
            request.headers.removeAll { $0.name == name }
            request.headers.append(HTTPHeader(name, value))
        }
    }

    private static func inTown(
        _ body: @escaping @Sendable (Town) async throws -> Void
    ) async throws {
        try await Installation.run { hub in
            let tank = Wholesaler.first
            try await hub.office.open(tank)
            let ravi = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            let sita = try await Phone.enrolled("sita", tank.sita, of: tank, at: hub)
            try ravi.collect(250_000, at: tank.shop)
            let town = Town(
                hub: hub, tank: tank, ravi: ravi, sita: sita,
                tenantBefore: try hub.snapshot(of: tank.tenant))
            try await body(town)
            let report = try await ravi.sync()
            #expect(report.receipts == [.accepted: 1])
            #expect(report.digestMatches)
            try ravi.expectInStep()
        }
    }

    @Test("Enrolment codes: unknown, used, expired")
    func codes() async throws {
        try await Self.inTown { town in
            let (hub, tenant) = (town.hub, town.tank.tenant)
            let used = try await hub.office.code(for: town.tank.sita, role: .worker, in: tenant)
            try await Phone("other", of: town.tank.sita, at: hub).enrol(used)
            let late = try await hub.office.code(for: town.tank.sita, role: .worker, in: tenant)
            hub.wall.advance(milliseconds: 8 * 24 * 3_600_000)
            let control = try hub.controlSnapshot()
            for (index, (code, expected, status)) in [
                ("0000-0000-0000-0", ProblemCode.enrolmentCodeUnknown, 404),
                ("not a code", .enrolmentCodeUnknown, 404), (used, .enrolmentCodeUsed, 410),
                (late, .enrolmentCodeUnknown, 404),
            ].enumerated() {
                let phone = try Phone("new-\(index)", of: town.tank.sita, at: hub)
                let problem = await #expect(throws: Problem.self) { try await phone.enrol(code) }
                #expect(problem?.code == expected)
                #expect(try phone.replica.enrolment() == nil)
                let answer = try #require(phone.line.received.last)
                try Refusal.expect(
                    HTTPResponse(head: answer.head, body: answer.bytes), status, expected,
                    "code \(index)")
                #expect(try hub.controlSnapshot().differences(from: control) == [])
                try await town.expectUnharmed("code \(index)")
            }
        }
    }

    @Test("Tokens: garbage, forged, expired, for another tenant")
    func tokens() async throws {
        try await Self.inTown { town in
            let other = Wholesaler(number: 2, name: "Madan Pharma")
            try await town.hub.office.open(other)
            let otherBefore = try town.hub.snapshot(of: other.tenant)
            for token in ["garbage", "a.b.c", town.hub.office.token] {
                let answer = try await town.exchange(token: token)
                try Refusal.expect(answer, 401, .tokenInvalid, "garbage")
                try await town.expectUnharmed("garbage")
            }
            var refusals: Set<Refusal> = []
            for tenant in [other.tenant, TenantID(high: 0x7E, low: 99)] {
                let answer = try await town.exchange(tenant: tenant)
                refusals.insert(try Refusal.expect(answer, 404, .notFound, "tenant"))
                try await town.expectUnharmed("tenant")
            }
            // Whether there is such a tenant cannot be told.
            #expect(refusals.count == 1)
            #expect(
                try town.hub.snapshot(of: other.tenant).differences(from: otherBefore) == [])
            town.hub.wall.advance(milliseconds: 16 * 60_000)
            let answer = try await town.exchange()
            try Refusal.expect(answer, 401, .tokenExpired, "expired")
            // The client gets itself a new one.
            try await town.expectUnharmed("expired")
        }
    }

    @Test("Bodies that are not the format")
    func bodies() async throws {
        try await Self.inTown { town in
            let good = try Self.plainBody(town.ravi)
            var random = SeededGenerator(seed: 7)
            let noise = (0..<4096).map { _ in UInt8.random(in: 0...255, using: &random) }
            let html = Array("<!DOCTYPE html><html><body>Sign in</body></html>".utf8)
            try Refusal.expect(
                try await town.exchange(body: noise), 400, .bodyMalformed, "noise")
            try await town.expectUnharmed("noise")
            // The first four bytes are a length that no frame has.
            try Refusal.expect(try await town.exchange(body: html), 400, .bodyMalformed, "page")
            try await town.expectUnharmed("page")
            try Refusal.expect(
                try await town.exchange(type: "text/html", body: html), 415,
                .mediaTypeUnsupported, "typed page")
            try await town.expectUnharmed("typed page")
            for cut in stride(from: 0, to: good.count, by: 61) {
                let answer = try await town.exchange(body: Array(good.prefix(cut)))
                try Refusal.expect(answer, 400, .bodyMalformed, "cut at \(cut)")
            }
            for place in stride(from: 4, to: good.count, by: 61) {
                var bytes = good
                bytes[place] ^= 0x40
                let answer = try await town.exchange(body: bytes)
                #expect([400, 413].contains(answer.head.status), "flipped at \(place)")
            }
            try await town.expectUnharmed("cuts and flips")
        }
    }

    /// What Ravi's phone would send, uncompressed.
    private static func plainBody(_ phone: Phone, version: UInt32? = nil) throws -> [UInt8] {
        let offer = try phone.replica.offer()
        let hello = offer.hello
        return SyncRequest.encode(
            hello: Hello(
                protocolVersion: version ?? hello.protocolVersion, device: hello.device,
                lane: hello.lane, schemaName: hello.schemaName,
                schemaVersion: hello.schemaVersion, head: hello.head, cursor: hello.cursor,
                clock: hello.clock, digestRoot: hello.digestRoot),
            changeSets: offer.changeSets.map(\.bytes), signature: offer.signature)
    }

    @Test("Protocol versions that the hub does not speak, and another's hello")
    func versions() async throws {
        try await Self.inTown { town in
            for version: UInt32 in [0, 2, .max] {
                let body = try Self.plainBody(town.sita, version: version)
                try Refusal.expect(
                    try await town.exchange(body: body), 400, .protocolUnsupported,
                    "version \(version)")
                try await town.expectUnharmed("version \(version)")
            }
            // Ravi's change sets under Sita's token.
            let answer = try await town.exchange(body: try Self.plainBody(town.ravi))
            try Refusal.expect(answer, 401, .tokenInvalid, "another's hello")
            try await town.expectUnharmed("another's hello")
        }
    }

    @Test("Files with one bad cell: nothing of the file is stored")
    func files() async throws {
        try await Self.inTown { town in
            let tank = town.tank
            let good = (tank.newInvoice(301, total: "5000"), tank.newRetailer(11, pin: "400088"))
            var cases: [(String, String, String)] = []
            for amount in ["-5", "0", "12.50", "lots", "", "99999999999999999999"] {
                cases.append(
                    (
                        "invoices",
                        Wholesaler.invoices([good.0, tank.newInvoice(302, total: amount)]), "amount"
                    ))
            }
            for pin in ["40008", "4000889", "040008", "4OOO88", ""] {
                cases.append(
                    (
                        "retailers",
                        Wholesaler.retailers([good.1, tank.newRetailer(12, pin: pin)]), "zipcode"
                    ))
            }
            for (file, text, kind) in cases {
                let answer = try await town.hub.office.importFile(file, text, into: tank.tenant)
                let refusal = try Refusal.expect(answer, 400, .importInvalid, text)
                #expect(refusal.line == 3)
                // The same bad text stands in taxable_paise, which is read first.
                let columns: Set =
                    kind == "zipcode" ? ["zipcode"] : ["taxable_paise", "total_paise"]
                #expect(refusal.column.map(columns.contains) == true, "\(refusal)")
                #expect(refusal.detail.hasPrefix("line 3, column \(refusal.column ?? "?"): "))
                try await town.expectUnharmed(text)
            }
        }
    }
}

extension OperatorHubClock {
    fileprivate func advance(milliseconds: Int64) {
        try? set(milliseconds: nowMilliseconds() + milliseconds)
    }
}
