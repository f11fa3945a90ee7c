public import LynkCore

/// Why bytes are not a message. The bytes changed nothing.
public enum WireError: Error, Hashable, Sendable {
    /// The input ends inside a value.
    case truncated
    /// A value of another kind stands where one is required.
    case unexpected(String)
    /// Valid CBOR, but not the deterministic encoding of RFC 8949 section 4.2.
    case notCanonical
    /// Text that is not UTF-8.
    case invalidText
    /// A length, count or depth above its limit; the limit's name.
    case overLimit(String)
    case checksumMismatch
    /// The peer speaks another major version; nothing after the version was read.
    case unsupportedVersion(UInt32)
    /// A short hello names a session that is not there, or a state of it that has passed.
    case unknownSession
    /// A known message with an impossible content.
    case invalid(String)
}

extension WireError {
    /// The same as a problem for the peer.
    public var problem: Problem {
        switch self {
        case .unsupportedVersion(let version):
            Problem(.protocolUnsupported, "version \(version) is not \(Hello.protocolVersion)")
        case .overLimit(let limit): Problem(.bodyTooLarge, "the limit \(limit) is exceeded")
        case .unknownSession: Problem(.sessionUnknown)
        default: Problem(.bodyMalformed, "\(self)")
        }
    }
}
