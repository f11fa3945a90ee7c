import LynkCore
import Testing

@testable import LynkPayments

/// A retailer's phone and what the hub knows of it.
struct CodeScene {
    static let hour: Int64 = 3_600_000
    static let payments = (1...20).map { RowKey(high: 7, low: UInt64($0)) }

    var keys = [PhoneKey(version: 1, key: Statements.key)]
    var used: [UsedCode] = []
    var wrong: [WrongCode] = []

    func statement(_ payment: Int, amount: Int64 = 500_000) throws -> PaymentStatement {
        try Statements.sample(payment: Self.payments[payment].description, amount: amount)
    }

    func code(_ payment: Int, counter: Int64, amount: Int64 = 500_000) throws -> String {
        let statement = try statement(payment, amount: amount)
        return try #require(
            statement.session.code(
                key: Statements.key, counter: UInt64(counter), challenge: statement.challenge))
    }

    /// Judges, and keeps what follows as the hub does.
    mutating func check(
        _ payment: Int, _ code: String, amount: Int64 = 500_000, effective: Int64 = 1_000,
        received: Int64 = 2_000
    ) throws -> CodeOutcome {
        let key = Self.payments[payment]
        let outcome = CodeCheck(
            statement: try statement(payment, amount: amount), payment: key, code: code,
            effective: effective, received: received, keys: keys, used: used, wrong: wrong
        ).outcome()
        switch outcome {
        case .verified(let version, let counter), .stale(let version, let counter):
            used.append(
                UsedCode(keyVersion: version, counter: counter, code: code, payment: key))
        case .failed:
            wrong.append(WrongCode(payment: key, keyVersion: 1, at: received))
        default: break
        }
        return outcome
    }
}

@Suite("What a confirmation code is worth")
struct CodeCheckTests {
    @Test("Case 61: counter 10 verifies; on another payment it is a replay")
    func replay() throws {
        var scene = CodeScene()
        let code = try scene.code(0, counter: 10)
        #expect(try scene.check(0, code) == .verified(keyVersion: 1, counter: 10))
        #expect(try scene.check(0, code) == .repeated)
        #expect(try scene.check(1, code) == .replayed(of: CodeScene.payments[0]))
        #expect(scene.wrong.isEmpty)
    }

    @Test("The amount and the payment are part of a code")
    func bound() throws {
        var scene = CodeScene()
        let code = try scene.code(0, counter: 1, amount: 1_200_000)
        #expect(try scene.check(0, code, amount: 800_000) == .failed(triesLeft: 2))
        #expect(try scene.check(1, code, amount: 1_200_000) == .failed(triesLeft: 2))
        #expect(
            try scene.check(0, code, amount: 1_200_000) == .verified(keyVersion: 1, counter: 1))
    }

    @Test("The window is 32 counters on either side, without used ones")
    func window() throws {
        struct Row {
            let counter: Int64
            let fits: Bool
        }
        for row in [
            Row(counter: 132, fits: true), Row(counter: 133, fits: false),
            Row(counter: 68, fits: true), Row(counter: 67, fits: false),
            Row(counter: 101, fits: true), Row(counter: 99, fits: true),
        ] {
            var scene = CodeScene()
            scene.used = [
                UsedCode(keyVersion: 1, counter: 100, code: "", payment: CodeScene.payments[9])
            ]
            let outcome = try scene.check(0, try scene.code(0, counter: row.counter))
            let expected: CodeOutcome =
                row.fits
                ? .verified(keyVersion: 1, counter: row.counter) : .failed(triesLeft: 2)
            #expect(outcome == expected, "counter \(row.counter)")
        }
        var scene = CodeScene()
        scene.used = [
            UsedCode(keyVersion: 1, counter: 100, code: "", payment: CodeScene.payments[9])
        ]
        #expect(try scene.check(0, try scene.code(0, counter: 100)) == .failed(triesLeft: 2))
        scene.keys[0].floor = 130
        #expect(try scene.check(1, try scene.code(1, counter: 130)) == .failed(triesLeft: 2))
        #expect(
            try scene.check(1, try scene.code(1, counter: 162))
                == .verified(keyVersion: 1, counter: 162))
    }

    @Test("Case 65: three wrong codes in all lock the payment")
    func paymentLocks() throws {
        var scene = CodeScene()
        let right = try scene.code(0, counter: 1)
        for left in [2, 1, 0] {
            #expect(try scene.check(0, "000000000") == .failed(triesLeft: left))
        }
        #expect(try scene.check(0, right) == .paymentLocked)
        #expect(
            try scene.check(1, try scene.code(1, counter: 2))
                == .verified(keyVersion: 1, counter: 2))
    }

    @Test("Case 65: ten wrong codes on a key within a day lock the key; a day later it is free")
    func keyLocks() throws {
        var scene = CodeScene()
        for payment in 0..<10 {
            #expect(try scene.check(payment, "000000000") == .failed(triesLeft: 2))
        }
        let right = try scene.code(11, counter: 1)
        #expect(try scene.check(11, right) == .keyLocked(keyVersion: 1))
        #expect(try scene.check(11, "123123123") == .keyLocked(keyVersion: 1))
        #expect(
            try scene.check(11, right, received: 2_000 + 24 * CodeScene.hour)
                == .verified(keyVersion: 1, counter: 1))
        scene.keys[0].isLocked = true
        #expect(
            try scene.check(
                12, try scene.code(12, counter: 2), received: 2_000 + 24 * CodeScene.hour)
                == .keyLocked(keyVersion: 1))
    }

    @Test("Case 66: a lost phone's codes count until it was lost, by what the author knew first")
    func revoked() throws {
        struct Row {
            let at: Int64
            let wasKnown: Bool
            let isRevoked: Bool
        }
        for row in [
            Row(at: 9 * CodeScene.hour, wasKnown: false, isRevoked: false),
            Row(at: 11 * CodeScene.hour, wasKnown: false, isRevoked: true),
            Row(at: 10 * CodeScene.hour, wasKnown: false, isRevoked: true),
            Row(at: 9 * CodeScene.hour, wasKnown: true, isRevoked: true),
        ] {
            var scene = CodeScene()
            scene.keys[0].revocation = PhoneKey.Revocation(
                at: 10 * CodeScene.hour, wasKnown: row.wasKnown)
            let outcome = try scene.check(
                0, try scene.code(0, counter: 5), effective: row.at, received: row.at)
            let expected: CodeOutcome =
                row.isRevoked
                ? .keyRevoked(keyVersion: 1, counter: 5) : .verified(keyVersion: 1, counter: 5)
            #expect(outcome == expected)
        }
    }

    @Test("A code that comes more than seven days after its payment is stale")
    func stale() throws {
        var scene = CodeScene()
        let week = 7 * 24 * CodeScene.hour
        #expect(
            try scene.check(0, try scene.code(0, counter: 1), effective: 0, received: week)
                == .verified(keyVersion: 1, counter: 1))
        #expect(
            try scene.check(1, try scene.code(1, counter: 2), effective: 0, received: week + 1)
                == .stale(keyVersion: 1, counter: 2))
    }

    @Test("A new version of the key counts from one again; no key is no judgement")
    func versions() throws {
        var scene = CodeScene()
        let other = Array(Statements.key.reversed())
        scene.keys.append(PhoneKey(version: 2, key: other))
        let statement = try scene.statement(0)
        let code = try #require(
            statement.session.code(key: other, counter: 1, challenge: statement.challenge))
        #expect(try scene.check(0, code) == .verified(keyVersion: 2, counter: 1))
        #expect(
            try scene.check(1, try scene.code(1, counter: 1))
                == .verified(keyVersion: 1, counter: 1))
        scene.keys = []
        #expect(try scene.check(2, "846701871") == .noKey)
    }

    @Test("Text that is no code is wrong, whatever it is")
    func noise() throws {
        for text in ["", "1", "84670187١", "abcdefghi", String(repeating: "9", count: 9_999)] {
            var scene = CodeScene()
            #expect(try scene.check(0, text) == .failed(triesLeft: 2))
        }
    }
}

@Suite("Counters that were passed over")
struct CounterGapTests {
    static let hour = CodeScene.hour

    @Test("Case 63: 12 came, 11 did not for three days")
    func gap() {
        let gaps = CounterGaps(
            floor: 9, seen: [.init(counter: 10, at: 0), .init(counter: 12, at: Self.hour)])
        #expect(gaps.overdue(now: 72 * Self.hour) == [])
        #expect(gaps.overdue(now: 73 * Self.hour) == [11])
        let healed = CounterGaps(
            floor: 9,
            seen: gaps.seen + [.init(counter: 11, at: 72 * Self.hour)])
        #expect(healed.overdue(now: 90 * Self.hour) == [])
    }

    @Test("A gap is old when what passed it over is old")
    func age() {
        let gaps = CounterGaps(
            floor: 0, seen: [.init(counter: 3, at: 0), .init(counter: 5, at: 10 * Self.hour)])
        #expect(gaps.overdue(now: 72 * Self.hour) == [1, 2])
        #expect(gaps.overdue(now: 82 * Self.hour) == [1, 2, 4])
        #expect(CounterGaps(floor: 4, seen: gaps.seen).overdue(now: 82 * Self.hour) == [])
    }

    @Test("Case 63: the retailer's log tells what nobody reported")
    func notReported() throws {
        var line = PhoneLogLine(
            keyVersion: 1, counter: 11, amount: 500_000, method: "CASH", challenge: "7063550",
            time: "2026-11-22T10:15:00Z")
        func finding(_ reported: (RowKey, Int64)?, _ now: Int64) -> WitnessFinding {
            .of(line, reported: reported.map { (payment: $0.0, amount: $0.1) }, heard: 0, now: now)
        }
        #expect(finding(nil, 71 * Self.hour) == .waiting)
        #expect(finding(nil, 72 * Self.hour) == .notReported(amount: 500_000, worker: nil))
        line.statement = try Statements.sample(amount: 500_000)
        #expect(finding(nil, 72 * Self.hour) == .notReported(amount: 500_000, worker: "w_0007"))
        let payment = CodeScene.payments[0]
        #expect(finding((payment, 500_000), 0) == .agrees(payment))
        #expect(
            finding((payment, 300_000), 0)
                == .amountDiffers(payment: payment, attested: 500_000, reported: 300_000))
    }
}
