import Testing

@testable import LynkPayments

/// What survives a restart in tests: only this.
struct MemoryChallenges: ChallengeStore {
    var kept: [String: OnlineChallenge] = [:]
    var reads = 0

    func challenge(of payment: String) -> OnlineChallenge? { kept[payment] }
    mutating func keep(_ challenge: OnlineChallenge, of payment: String) {
        kept[payment] = challenge
    }
}

@Suite("Codes that are asked for online")
struct OnlineCodeTests {
    static let key = Statements.key

    static func subject(_ index: Int) -> OnlineChallenge.Subject {
        OnlineChallenge.Subject(payment: "payment-\(index)", amount: Int64(100 + index))
    }

    static func code(_ index: Int) -> String {
        OneTimeCode.hotp(key: [1, 2, 3], counter: UInt64(index), digits: 6)
    }

    static func issued(_ index: Int, at now: Int64 = 0) throws -> OnlineChallenge {
        try #require(
            OnlineChallenge.issue(code(index), for: subject(index), key: key, after: nil, now: now))
    }

    static func cached(_ store: MemoryChallenges, capacity: Int = 1_000)
        -> CachedChallenges<MemoryChallenges>
    {
        CachedChallenges(store, cache: BoundedCache(capacity: capacity, clock: { 0 }))
    }

    @Test("Case 68: 1,500 at once with room for 1,000 in the cache, a restart between")
    func manyAtOnce() throws {
        var book = Self.cached(MemoryChallenges())
        for index in 0..<1_500 {
            try book.keep(try Self.issued(index), of: Self.subject(index).payment)
        }
        #expect(book.cache.count == 1_000)
        for index in 0..<750 {
            #expect(
                try book.judge(Self.code(index), for: Self.subject(index), key: Self.key, now: 1)
                    == .verified)
        }
        var restarted = Self.cached(book.store)
        for index in 750..<1_500 {
            #expect(
                try restarted.judge(
                    Self.code(index), for: Self.subject(index), key: Self.key, now: 2)
                    == .verified)
        }
        for index in 0..<1_500 {
            #expect(
                try restarted.judge(
                    Self.code(index), for: Self.subject(index), key: Self.key, now: 3) == .used)
        }
    }

    @Test("A code is for its payment and its amount")
    func bound() throws {
        let made = try Self.issued(1)
        for other in [
            OnlineChallenge.Subject(payment: "payment-1", amount: 102),
            OnlineChallenge.Subject(payment: "payment-2", amount: 101),
        ] {
            var challenge = made
            let outcome = challenge.judge(Self.code(1), for: other, key: Self.key, now: 1)
            #expect(outcome == .wrong(triesLeft: 2))
        }
        #expect(!made.digest.elementsEqual(Self.code(1).utf8))
    }

    @Test("Case 68: refused from ten minutes on")
    func expiry() throws {
        for (now, outcome) in [(Int64(599_999), OnlineCodeOutcome.verified), (600_000, .expired)] {
            var challenge = try Self.issued(1)
            #expect(
                challenge.judge(Self.code(1), for: Self.subject(1), key: Self.key, now: now)
                    == outcome)
        }
    }

    @Test("Case 68: three wrong, two minutes, then three fresh tries; six in a row are the end")
    func coolDown() throws {
        var challenge = try Self.issued(1)
        func attempt(_ code: String, _ now: Int64) -> OnlineCodeOutcome {
            challenge.judge(code, for: Self.subject(1), key: Self.key, now: now)
        }
        #expect(attempt("x", 10) == .wrong(triesLeft: 2))
        #expect(attempt("x", 20) == .wrong(triesLeft: 1))
        #expect(attempt("x", 30) == .coolingDown(until: 120_030))
        #expect(attempt(Self.code(1), 120_029) == .coolingDown(until: 120_030))
        var patient = challenge
        #expect(
            patient.judge(Self.code(1), for: Self.subject(1), key: Self.key, now: 120_030)
                == .verified)
        #expect(attempt("x", 120_030) == .wrong(triesLeft: 2))
        #expect(attempt("x", 120_031) == .wrong(triesLeft: 1))
        #expect(attempt("x", 120_032) == .breached)
        #expect(attempt(Self.code(1), 300_000) == .breached)
        let again = OnlineChallenge.issue(
            "111111", for: Self.subject(1), key: Self.key, after: challenge, now: 300_000)
        #expect(again == nil)
    }

    @Test("Tries are kept before the answer: a restart gives none back")
    func persistedTries() throws {
        var store = MemoryChallenges()
        store.keep(try Self.issued(1), of: "payment-1")
        for expected in [
            OnlineCodeOutcome.wrong(triesLeft: 2), .wrong(triesLeft: 1),
            .coolingDown(until: 120_000),
        ] {
            var book = Self.cached(store)
            #expect(try book.judge("x", for: Self.subject(1), key: Self.key, now: 0) == expected)
            store = book.store
        }
        #expect(store.kept["payment-1"]?.failures == 3)
    }

    @Test("Another code: not within half a minute, not more than five in an hour")
    func rate() throws {
        let first = try Self.issued(1)
        func again(_ previous: OnlineChallenge, _ now: Int64) -> OnlineChallenge? {
            .issue(Self.code(2), for: Self.subject(1), key: Self.key, after: previous, now: now)
        }
        #expect(again(first, 29_999) == nil)
        var challenge = first
        for round in 1..<5 {
            challenge = try #require(again(challenge, Int64(round) * 30_000))
        }
        #expect(again(challenge, 150_000) == nil)
        #expect(again(challenge, 3_600_000) != nil)
        var old = challenge
        let outcome = old.judge(Self.code(1), for: Self.subject(1), key: Self.key, now: 130_000)
        #expect(outcome == .wrong(triesLeft: 2))
    }
}
