package import LynkCore

/// The token that a lane's pushes carry, so that two copies of one device file cannot both go on.
///
/// Each push presents the token of the answer before and gets a new one. A lost answer is no harm:
/// the token before stays good until the current one was used. Modelled on the rotation of refresh
/// tokens (RFC 9700 section 4.14.2).
package struct Ratchet: Hashable, Sendable {
    /// What was given last; empty before the first push.
    package private(set) var current: [UInt8]
    /// What was given before; good until the current one was used.
    package private(set) var previous: [UInt8]

    package init(current: [UInt8] = [], previous: [UInt8] = []) {
        self.current = current
        self.previous = previous
    }

    /// What a presented token says about its bearer.
    package enum Reading: Equatable, Sendable {
        /// The current one, or that before it after a lost answer.
        case good
        /// Given by this hub after what it remembers: the hub was restored.
        case ahead
        /// Used before by another copy, or none at all where there should be one.
        case spent
    }

    package static let tokenBytes = 16

    /// The count is in the token, and a keyed hash proves that this hub gave it.
    static func token(_ count: UInt32, lane: LaneID, key: [UInt8]) -> [UInt8] {
        let number = withUnsafeBytes(of: count.bigEndian) { Array($0) }
        return number + ContentID(hashing: key + lane.bytes + number).bytes.prefix(12)
    }

    private static func count(of token: [UInt8]) -> UInt32 {
        token.prefix(4).reduce(0) { $0 << 8 | UInt32($1) }
    }

    func read(_ token: [UInt8], lane: LaneID, key: [UInt8]) -> Reading {
        if current.isEmpty || token == current || token == previous { return .good }
        let count = Self.count(of: token)
        let isOurs =
            token.count == Self.tokenBytes && token == Self.token(count, lane: lane, key: key)
        return isOurs && count > Self.count(of: current) ? .ahead : .spent
    }

    /// Moves on after a push that presented this token and was taken.
    ///
    /// - Returns: what to answer with: the same token again when the answer before was lost.
    mutating func advance(presented token: [UInt8], lane: LaneID, key: [UInt8]) -> [UInt8] {
        let isRetry = token != current && token == previous && !current.isEmpty
        if isRetry { return current }
        // A hub that was restored goes on after the token that it no longer remembers.
        let last = max(Self.count(of: current), token.isEmpty ? 0 : Self.count(of: token))
        previous = token
        current = Self.token(last &+ 1, lane: lane, key: key)
        return current
    }
}
