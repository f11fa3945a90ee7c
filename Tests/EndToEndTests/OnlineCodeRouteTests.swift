import Foundation
import GRDB
import Lynk
import LynkServer
import Testing

@testable import LynkPayments

@Suite("A code that a shop's device asks the hub for")
struct OnlineCodeRouteTests {
    private struct Counter {
        let hub: Installation
        let tank = Wholesaler.first
        let worker: Phone
        let shop: Phone

        init(_ hub: Installation) async throws {
            self.hub = hub
            try await hub.office.open(tank)
            worker = try await Phone.enrolled("ravi", tank.ravi, of: tank, at: hub)
            shop = try await Phone.enrolled("shop", tank.shop, .retailer, of: tank, at: hub)
        }

        func ask(_ payment: RowKey, by phone: Phone) async throws -> String {
            let enrolment = try #require(try phone.replica.enrolment())
            return try await HubQuestions(as: enrolment, over: hub.transport).code(for: payment)
        }

        /// What the hub answers instead of a code.
        func refusal(_ payment: RowKey, by phone: Phone) async throws -> ProblemCode? {
            do {
                _ = try await ask(payment, by: phone)
                return nil
            } catch let problem as Problem {
                return problem.code
            }
        }

        /// The worker types a code, and syncs.
        func attempt(_ payment: RowKey, _ code: String) async throws {
            let key = worker.replica.mintKey()
            try worker.replica.write(intent: Intent(name: "attest")) { database in
                try database.execute(
                    sql: """
                        INSERT INTO attestation (id, payment, retailer, worker, amount, kind,
                          code, uploaded_by)
                        VALUES (?, ?, ?, ?, 1, 'ONLINE_OTP', ?, 'WORKER_UPLOAD')
                        """,
                    arguments: [
                        Data(key.bytes), Data(payment.bytes),
                        Data(tank.shop.bytes), Data(tank.ravi.bytes),
                        code,
                    ])
            }
            try await worker.sync()
        }

        func results() async throws -> [String] {
            try await hub.office.rows(
                "confirmations", ["uploaded_by", "result", "attestation"], in: tank.tenant)
        }
    }

    @Test("It is read out, typed, synced and verifies once; nobody but the shop gets one")
    func readOut() async throws {
        try await Installation.run { hub in
            let counter = try await Counter(hub)
            let payment = try counter.worker.collect(250_000, at: counter.tank.shop)
            // Nobody at the hub knows of the payment yet.
            #expect(try await counter.refusal(payment, by: counter.shop) == .notFound)
            try await counter.worker.sync()
            #expect(try await counter.refusal(payment, by: counter.worker) == .forbidden)
            let code = try await counter.ask(payment, by: counter.shop)
            #expect(code.utf8.count == 6)
            let kept = try hub.snapshot(of: counter.tank.tenant)
            #expect(!kept.rows("attestation").contains { $0.contains("=\(code)") })
            #expect(!kept.rows("otp_challenge").contains { $0.contains("=\(code)") })
            #expect(kept.rows("otp_challenge").count == 1)
            #expect(try await counter.refusal(payment, by: counter.shop) == .confirmationLimit)
            let wrong = code == "000000" ? "000001" : "000000"
            try await counter.attempt(payment, wrong)
            try await counter.attempt(payment, code)
            try await counter.attempt(payment, code)
            #expect(
                try await counter.results() == [
                    "HUB_ISSUE ISSUED VERIFIED", "WORKER_UPLOAD FAILED VERIFIED",
                    "WORKER_UPLOAD VERIFIED VERIFIED", "WORKER_UPLOAD REPEATED VERIFIED",
                ])
            try await counter.shop.sync()
            try counter.shop.expectInStep()
            let seen = try counter.shop.rows("SELECT attestation FROM payment")
            #expect(seen.count == 1 && seen[0].contains("VERIFIED"))
        }
    }

    @Test("Another shop's payment is not found, and no code is due before half a minute")
    func others() async throws {
        try await Installation.run { hub in
            let counter = try await Counter(hub)
            let far = try await Phone.enrolled(
                "far", counter.tank.farShop, .retailer, of: counter.tank, at: hub)
            let payment = try counter.worker.collect(250_000, at: counter.tank.shop)
            try await counter.worker.sync()
            #expect(try await counter.refusal(payment, by: far) == .notFound)
            _ = try await counter.ask(payment, by: counter.shop)
            try hub.clock.set(milliseconds: Installation.start + 29_000)
            #expect(try await counter.refusal(payment, by: counter.shop) == .confirmationLimit)
            try hub.clock.set(milliseconds: Installation.start + 31_000)
            let second = try await counter.ask(payment, by: counter.shop)
            try await counter.attempt(payment, second)
            #expect(try await counter.results().last == "WORKER_UPLOAD VERIFIED VERIFIED")
        }
    }
}
