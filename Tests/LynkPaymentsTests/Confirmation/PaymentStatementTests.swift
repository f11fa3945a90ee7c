import Testing

@testable import LynkPayments

/// Payment statements for tests.
enum Statements {
    static let key = (0..<32).map { UInt8($0) }

    static func sample(
        payment: String = "0197f2c4-5b7e-7c1a-9d40-1f2e3d4c5b6a", amount: Int64 = 1_200_000,
        time: String = "2026-11-22T10:15:00Z", method: String = "CASH"
    ) throws -> PaymentStatement {
        try #require(
            PaymentStatement(
                payment: payment, tenant: "t_0042", retailer: "r_0917", worker: "w_0007",
                amount: amount, method: method, time: time))
    }
}

@Suite("What a retailer confirms")
struct PaymentStatementTests {
    @Test("The golden vector of a code")
    func golden() throws {
        let statement = try Statements.sample()
        #expect(statement.challenge == "7063550")
        let code = statement.session.code(key: Statements.key, counter: 10, challenge: "7063550")
        #expect(code == "846701871")
    }

    @Test("The second: top bit set, an odd number of nibbles, leading zeros")
    func second() throws {
        let statement = try Statements.sample(amount: 50, time: "2026-11-22T10:00:25Z")
        #expect(statement.challenge == "0258608")
        let code = statement.session.code(key: Statements.key, counter: 8, challenge: "0258608")
        #expect(code == "027257834")
    }

    @Test("Every field that the payer states changes the code")
    func bound() throws {
        let statement = try Statements.sample()
        let session = statement.session
        func code(_ session: PaymentSession, _ challenge: String = "7063550") -> String? {
            session.code(key: Statements.key, counter: 10, challenge: challenge)
        }
        let base = try #require(code(session))
        let others = [
            PaymentSession(tenant: "t_0043", retailer: "r_0917", amount: 1_200_000, method: "CASH"),
            PaymentSession(tenant: "t_0042", retailer: "r_0918", amount: 1_200_000, method: "CASH"),
            PaymentSession(tenant: "t_0042", retailer: "r_0917", amount: 800_000, method: "CASH"),
            PaymentSession(tenant: "t_0042", retailer: "r_0917", amount: 1_200_000, method: "UPI"),
            PaymentSession(
                tenant: "t_0042", retailer: "r_0917", amount: 1_200_000, currency: "USD",
                method: "CASH"),
        ]
        for other in others { #expect(code(other) != base) }
        #expect(code(session, "0258608") != base)
        #expect(session.code(key: Statements.key, counter: 11, challenge: "7063550") != base)
    }

    @Test("The canonical form is read back, and nothing else is")
    func canonical() throws {
        let statement = try Statements.sample()
        let bytes = statement.canonical
        #expect(PaymentStatement(canonical: bytes) == statement)
        #expect(PaymentStatement(canonical: bytes + [0x1F]) == nil)
        #expect(PaymentStatement(canonical: Array(bytes.dropLast(25))) == nil)
        #expect(PaymentStatement(canonical: []) == nil)
        #expect(PaymentStatement(canonical: [0xFF] + bytes) == nil)
        let zeros = String(decoding: bytes, as: UTF8.self)
            .split(separator: "\u{1F}").map { $0 == "1200000" ? "01200000" : String($0) }
        #expect(PaymentStatement(canonical: PaymentStatement.join(zeros)) == nil)
    }

    @Test("A challenge that was typed wrong gives no code")
    func typo() throws {
        let session = try Statements.sample().session
        for wrong in ["7063551", "7036550", "706355", "70635500", "706355x", ""] {
            #expect(session.code(key: Statements.key, counter: 1, challenge: wrong) == nil)
        }
    }

    @Test("The check digit finds every wrong digit and every swap of neighbours")
    func damm() throws {
        #expect(Damm.digit(of: "572") == 4)
        let code = Array("846701871".utf8)
        #expect(Damm.isValid("846701871"))
        var errors = 0
        for place in code.indices {
            for digit in UInt8(ascii: "0")...UInt8(ascii: "9") where digit != code[place] {
                var wrong = code
                wrong[place] = digit
                #expect(!Damm.isValid(String(decoding: wrong, as: UTF8.self)))
                errors += 1
            }
            guard place > 0, code[place] != code[place - 1] else { continue }
            var wrong = code
            wrong.swapAt(place, place - 1)
            #expect(!Damm.isValid(String(decoding: wrong, as: UTF8.self)))
            errors += 1
        }
        #expect(errors == 89)
    }
}
