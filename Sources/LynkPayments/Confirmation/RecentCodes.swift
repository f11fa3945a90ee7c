import LynkCore
import Synchronization

/// The payments that the hub has just given a code for: whoever asks again at once is answered
/// from here, without a commit.
///
/// It knows only what is kept already, so it refuses nothing that the challenge of the payment
/// would not refuse too; what it has forgotten, by age, for room or with the process, that one
/// still knows. Tries never look here: a code that is live verifies from the tenant's rows.
final class RecentCodes: Sendable {
    private struct Subject: Hashable {
        let tenant: TenantID
        let payment: RowKey

        init(_ request: CodeRequest) {
            tenant = request.principal.tenant
            payment = request.subject
        }
    }

    /// The latest time that anybody asked at. A machine's clock is set back, a cache's never.
    private final class Latest: Sendable {
        private let milliseconds = Mutex<Int64>(0)
        var now: Int64 { milliseconds.withLock { $0 } }
        func reach(_ now: Int64) { milliseconds.withLock { $0 = max($0, now) } }
    }

    private let entries: Mutex<BoundedCache<Subject, Int64>>
    private let latest: Latest
    private let resendAfter: Int64

    /// - Parameter capacity: entries; the least recently used one goes first.
    init(capacity: Int = 1_000, policy: OnlineCodePolicy = OnlineCodePolicy()) {
        let latest = Latest()
        self.latest = latest
        resendAfter = policy.resendAfter
        entries = Mutex(
            BoundedCache(capacity: capacity, timeToLive: policy.expiry, clock: { latest.now }))
    }

    /// How many payments it knows.
    var count: Int { entries.withLock { $0.count } }

    /// - Throws: ``Problem`` `confirmation_limit` when a code for this payment was just given.
    func check(_ request: CodeRequest) throws {
        latest.reach(request.milliseconds)
        let given = entries.withLock { $0.value(for: Subject(request)) }
        guard let given, (0..<resendAfter).contains(request.milliseconds &- given) else { return }
        throw Problem(
            .confirmationLimit, "a code for this payment was given; another in half a minute")
    }

    /// Notes a code that is kept.
    func note(_ request: CodeRequest) {
        latest.reach(request.milliseconds)
        entries.withLock { $0.set(request.milliseconds, for: Subject(request)) }
    }
}
