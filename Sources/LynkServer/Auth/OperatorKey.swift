import Crypto
import HummingbirdCore
import LynkCore
package import LynkEngine

/// The operator's bearer token: thirty-two random bytes in hexadecimal, kept in the control
/// store.
package struct OperatorKey: Sendable {
    static let secretName = "operator-token"

    /// What the operator sends.
    package let token: String

    /// Reads the key, or makes it on first use.
    package init(_ control: any ControlStore) throws {
        token = hexadecimal(try control.secret(Self.secretName, orMake: HubSecrets.thirtyTwoBytes))
    }

    /// - Throws: ``Problem`` `token_missing`, `token_invalid`.
    func check(_ request: Request) throws {
        guard let offered = request.bearerToken else { throw Problem(.tokenMissing) }
        // Equal digests in constant time (swift-crypto's ==): the time taken tells nothing.
        guard SHA256.hash(data: Array(offered.utf8)) == SHA256.hash(data: Array(token.utf8)) else {
            throw Problem(.tokenInvalid, "this address is for the operator")
        }
    }
}
