import LynkCore
import Testing

@testable import LynkPayments

@Suite("A retailer's phone")
struct RetailerPhoneTests {
    static let tenant = TenantID(high: 1, low: 2)
    static let retailer = RowKey(high: 3, low: 4)
    static let time = "2026-11-22T10:15:00Z"

    static func phone() throws -> RetailerPhone {
        let secret = try #require(ConfirmationSecret(bytes: Statements.key))
        let made = try #require(
            PhoneCard(secret, tenant: tenant, retailer: retailer, version: 2))
        let card = try #require(PhoneCard(text: made.text))
        #expect(card == made)
        return try #require(
            RetailerPhone(
                tenant: card.tenant, retailer: card.retailer, keyVersion: card.keyVersion,
                codeKey: card.codeKey, signingKey: Statements.key))
    }

    static func statement(_ index: UInt64, amount: Int64 = 500_000) throws -> PaymentStatement {
        try #require(
            PaymentStatement(
                payment: "\(RowKey(high: 9, low: index))", tenant: "\(tenant)",
                retailer: "\(retailer)", worker: "w", amount: amount, method: "CASH", time: time))
    }

    @Test("Each confirmation has the next number, and the hub's own key gives the same code")
    func numbers() throws {
        var phone = try Self.phone()
        let secret = try #require(ConfirmationSecret(bytes: Statements.key))
        let key = secret.codeKey(
            tenant: "\(Self.tenant)", retailer: "\(Self.retailer)", version: 2)
        for index in 1...3 {
            let statement = try Self.statement(UInt64(index))
            let code = try phone.confirm(
                amount: 500_000, method: "CASH", challenge: statement.challenge, time: Self.time)
            #expect(
                code
                    == statement.session.code(
                        key: key, counter: UInt64(index), challenge: statement.challenge))
        }
        #expect(phone.counter == 3)
        #expect(phone.log.map(\.counter) == [1, 2, 3])
    }

    @Test("A slip of typing uses no number")
    func slip() throws {
        var phone = try Self.phone()
        let before = phone
        #expect(throws: Problem.self) {
            try phone.confirm(amount: 1, method: "CASH", challenge: "7063551", time: Self.time)
        }
        #expect(throws: Problem.self) {
            try phone.confirm(amount: 0, method: "CASH", challenge: "7063550", time: Self.time)
        }
        #expect(phone == before)
    }

    @Test("A scanned payment of another shop is not confirmed")
    func foreign() throws {
        var phone = try Self.phone()
        let foreign = try Statements.sample()
        #expect(throws: Problem.self) { try phone.confirm(foreign, time: Self.time) }
        let confirmation = try phone.confirm(try Self.statement(1), time: Self.time)
        let key = try #require(DeviceKey(bytes: Statements.key))
        #expect(confirmation.confirms(try Self.statement(1), by: key.publicKey))
        #expect(phone.log.first?.statement?.worker == "w")
    }

    @Test("Twenty confirmations, or two lakh rupees, and then the office has to see the log")
    func limits() throws {
        var phone = try Self.phone()
        for index in 1...20 { _ = try phone.confirm(try Self.statement(UInt64(index)), time: "t") }
        let refused = Problem(.confirmationLimit, "20 confirmations that the office has not seen")
        #expect(throws: refused) {
            try phone.confirm(try Self.statement(21), time: Self.time)
        }
        phone.shown()
        _ = try phone.confirm(try Self.statement(22, amount: 19_500_000), time: Self.time)
        _ = try phone.confirm(try Self.statement(23, amount: 500_000), time: Self.time)
        #expect(throws: Problem.self) {
            try phone.confirm(try Self.statement(24, amount: 1), time: Self.time)
        }
        #expect(throws: Problem.self) {
            try phone.confirm(try Self.statement(25, amount: .max), time: Self.time)
        }
    }

    @Test("The file is read back, and a damaged one is not trusted")
    func file() throws {
        var phone = try Self.phone()
        let statement = try Self.statement(1)
        _ = try phone.confirm(
            amount: 500_000, method: "CASH", challenge: statement.challenge, time: Self.time)
        _ = try phone.confirm(statement, time: Self.time)
        phone.shown()
        #expect(RetailerPhone(text: phone.text) == phone)
        let lines = phone.text.split(separator: "\n").map(String.init)
        for index in lines.indices {
            var without = lines
            without.remove(at: index)
            #expect(RetailerPhone(text: without.joined(separator: "\n")) == nil, "\(lines[index])")
        }
        let back = phone.text.replacing("counter 2", with: "counter 1")
        #expect(RetailerPhone(text: back) == nil)
        #expect(RetailerPhone(text: "") == nil)
    }

    @Test(
        "Universal time to the second",
        arguments: [
            (Int64(0), "1970-01-01T00:00:00Z"), (1_795_342_500_999, "2026-11-22T10:15:00Z"),
            (1_795_391_999_000, "2026-11-22T23:59:59Z"),
            (1_795_392_000_000, "2026-11-23T00:00:00Z"),
            (-5, "1970-01-01T00:00:00Z"),
        ])
    func time(_ milliseconds: Int64, _ text: String) {
        #expect(UniversalTime.text(milliseconds: milliseconds) == text)
    }
}
