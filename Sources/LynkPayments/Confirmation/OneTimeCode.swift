import Crypto

/// The hash under a code's HMAC; a suite of RFC 6287 names it.
package enum CodeHash: String, Sendable {
    case sha1 = "SHA1"
    case sha256 = "SHA256"
    case sha512 = "SHA512"

    func authenticate(_ message: [UInt8], with key: SymmetricKey) -> [UInt8] {
        switch self {
        case .sha1:
            Array(HMAC<Insecure.SHA1>.authenticationCode(for: message, using: key))
        case .sha256: Array(HMAC<SHA256>.authenticationCode(for: message, using: key))
        case .sha512: Array(HMAC<SHA512>.authenticationCode(for: message, using: key))
        }
    }
}

/// Decimal codes out of HMACs: the truncation of RFC 4226, section 5.3.
package enum OneTimeCode {
    /// RFC 4226: the code of one counter.
    ///
    /// - Parameter digits: from 6 to 9; 31 bits do not fill more.
    package static func hotp(
        key: [UInt8], counter: UInt64, digits: Int, hash: CodeHash = .sha1
    ) -> String {
        let message = withUnsafeBytes(of: counter.bigEndian) { Array($0) }
        return truncate(hash.authenticate(message, with: SymmetricKey(data: key)), digits)
    }

    /// The low 31 bits at the offset that the last nibble says, as so many decimal digits.
    static func truncate(_ code: [UInt8], _ digits: Int) -> String {
        guard let last = code.last else { return "" }
        let offset = Int(last & 15)
        let word = code[offset..<offset + 4].reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
        let modulus = (0..<digits).reduce(UInt64(1)) { product, _ in product * 10 }
        return padded(UInt64(word & 0x7FFF_FFFF) % modulus, digits)
    }

    /// A number in decimal with leading zeros.
    static func padded(_ number: UInt64, _ digits: Int) -> String {
        let text = String(number)
        return String(repeating: "0", count: max(0, digits - text.utf8.count)) + text
    }

    /// Whether two texts have the same bytes, in a time that tells only their lengths.
    package static func isEqual(_ left: some StringProtocol, _ right: some StringProtocol) -> Bool {
        isEqual(Array(left.utf8), Array(right.utf8))
    }

    /// Whether two byte strings are the same, in a time that tells only their lengths.
    package static func isEqual(_ left: [UInt8], _ right: [UInt8]) -> Bool {
        guard left.count == right.count else { return false }
        return zip(left, right).reduce(UInt8(0)) { $0 | ($1.0 ^ $1.1) } == 0
    }
}
