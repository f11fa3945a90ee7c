import HTTPTypes
import HummingbirdCore

extension Request {
    /// The token of `Authorization: Bearer` (RFC 6750); the scheme's case does not matter.
    var bearerToken: String? {
        guard let field = headers[.authorization] else { return nil }
        let parts = field.split(separator: " ", maxSplits: 1)
        guard parts.count == 2, parts[0].lowercased() == "bearer", !parts[1].isEmpty else {
            return nil
        }
        return String(parts[1])
    }
}
