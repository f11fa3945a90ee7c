public import LynkCore

/// Why a JSON text is not a message, and at which member. Nothing was taken of it.
public struct JSONError: Error, Hashable, Sendable {
    /// What is wrong there.
    public enum Reason: Hashable, Sendable {
        /// Not JSON (RFC 8259) from this byte on.
        case syntax(at: Int)
        case missing
        case unknown
        case duplicate
        /// What has to stand there.
        case expected(String)
        /// The name of the limit.
        case overLimit(String)
    }

    /// From the outside in, e.g. `[1].change-sets[0].changes[2].key`; empty for the whole text.
    public let member: String
    public let reason: Reason

    public init(_ member: String, _ reason: Reason) {
        self.member = member
        self.reason = reason
    }

    /// The same as a problem for the peer.
    public var problem: Problem {
        let place = member.isEmpty ? "the text" : member
        return switch reason {
        case .syntax(let offset):
            Problem(.bodyMalformed, "the text is not JSON from byte \(offset) on")
        case .missing: Problem(.bodyMalformed, "\(place) is missing")
        case .unknown: Problem(.bodyMalformed, "\(place) is not known")
        case .duplicate: Problem(.bodyMalformed, "\(place) is there twice")
        case .expected(let what): Problem(.bodyMalformed, "\(place) must be \(what)")
        case .overLimit(let limit):
            Problem(.bodyTooLarge, "\(place) exceeds the limit \(limit)")
        }
    }
}
