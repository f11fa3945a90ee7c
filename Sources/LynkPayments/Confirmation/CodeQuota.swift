import LynkCore

/// Codes that were given to one shop, or to one device, within the last hour.
struct CodeQuota {
    /// What a tenant may allow within an hour; more makes no sense, and a row stays small.
    static let countMax = 200

    private let sentAt: [Int64]

    private init(sentAt: [Int64]) { self.sentAt = sentAt }

    init(_ row: Entry<CodeLimitField>) {
        sentAt = row.text(.sentAt).split(separator: " ").compactMap { Int64($0) }
    }

    /// The row of a shop, a device or a worker.
    static func key(of subject: RowKey) -> RowKey { .derived("code_limit", [subject.bytes]) }

    func admits(_ now: Int64, policy: OnlineCodePolicy) -> Bool {
        within(now).count < policy.perSubjectMax
    }

    func adding(_ now: Int64) -> CodeQuota {
        CodeQuota(sentAt: Array((within(now) + [now]).suffix(Self.countMax)))
    }

    var text: String { sentAt.map(String.init).joined(separator: " ") }

    private func within(_ now: Int64) -> [Int64] {
        sentAt.filter { now - $0 < ConfirmationLimits.hour }
    }
}
