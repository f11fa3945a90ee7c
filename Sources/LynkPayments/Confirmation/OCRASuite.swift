import Crypto

/// A suite of RFC 6287 (OCRA), as far as challenges of decimal digits need it.
package struct OCRASuite: Hashable, Sendable {
    /// What confirms a payment: a counter, a challenge of digits, and a session of 64 bytes.
    package static let payment = OCRASuite(
        text: "OCRA-1:HOTP-SHA256-8:C-QN08-S064", hash: .sha256, digits: 8, hasCounter: true,
        pinHash: nil, sessionBytes: 64, hasTime: false)

    /// What goes into one code besides the key.
    package struct Input: Sendable {
        package var counter: UInt64 = 0
        /// Decimal digits, at most eight.
        package var challenge: String
        package var pin = ""
        package var session: [UInt8] = []
        package var time: UInt64 = 0

        package init(challenge: String) { self.challenge = challenge }
    }

    package let text: String
    let hash: CodeHash
    let digits: Int
    let hasCounter: Bool
    let pinHash: CodeHash?
    let sessionBytes: Int
    let hasTime: Bool

    private init(
        text: String, hash: CodeHash, digits: Int, hasCounter: Bool, pinHash: CodeHash?,
        sessionBytes: Int, hasTime: Bool
    ) {
        self.text = text
        self.hash = hash
        self.digits = digits
        self.hasCounter = hasCounter
        self.pinHash = pinHash
        self.sessionBytes = sessionBytes
        self.hasTime = hasTime
    }

    /// Reads a suite; `nil` for one that is malformed or asks for what payments never use
    /// (challenges that are no decimal numbers, codes without truncation).
    package init?(_ text: String) {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false)
        guard parts.count == 3, parts[0] == "OCRA-1" else { return nil }
        let function = parts[1].split(separator: "-")
        guard function.count == 3, function[0] == "HOTP",
            let hash = CodeHash(rawValue: String(function[1])),
            let digits = Int(function[2]), (4...9).contains(digits)
        else { return nil }
        var rest = parts[2].split(separator: "-").map(String.init)
        let hasCounter = rest.first == "C"
        if hasCounter { rest.removeFirst() }
        guard rest.first == "QN08" else { return nil }
        rest.removeFirst()
        var pinHash: CodeHash?
        var sessionBytes = 0
        var hasTime = false
        for part in rest {
            if part.hasPrefix("P"), let hash = CodeHash(rawValue: String(part.dropFirst())) {
                pinHash = hash
            } else if part.hasPrefix("S"), let count = Int(part.dropFirst()), count <= 512 {
                sessionBytes = count
            } else if part.hasPrefix("T"), part.utf8.count > 1 {
                hasTime = true
            } else {
                return nil
            }
        }
        self.init(
            text: text, hash: hash, digits: digits, hasCounter: hasCounter, pinHash: pinHash,
            sessionBytes: sessionBytes, hasTime: hasTime)
    }

    /// The code for this input.
    ///
    /// - Returns: `nil` when the challenge is not one to eight decimal digits, or the session has
    ///   another length than the suite says.
    package func code(key: [UInt8], _ input: Input) -> String? {
        guard let question = Self.question(input.challenge), input.session.count == sessionBytes
        else { return nil }
        var message = Array(text.utf8) + [0]
        if hasCounter { message += withUnsafeBytes(of: input.counter.bigEndian) { Array($0) } }
        message += question
        if let pinHash { message += pinHash.digest(Array(input.pin.utf8)) }
        message += input.session
        if hasTime { message += withUnsafeBytes(of: input.time.bigEndian) { Array($0) } }
        return OneTimeCode.truncate(
            hash.authenticate(message, with: SymmetricKey(data: key)), digits)
    }

    /// The challenge as one number, in hexadecimal digits from the left, zeros to 128 bytes. An
    /// odd number of digits is not aligned to bytes: the reference implementation of the RFC.
    private static func question(_ challenge: String) -> [UInt8]? {
        guard (1...8).contains(challenge.utf8.count),
            challenge.utf8.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let number = UInt32(challenge)
        else { return nil }
        var digits = String(number, radix: 16).utf8.map { digit in
            digit < UInt8(ascii: "a") ? digit - UInt8(ascii: "0") : digit - UInt8(ascii: "a") + 10
        }
        digits += Array(repeating: 0, count: 256 - digits.count)
        return (0..<128).map { digits[2 * $0] << 4 | digits[2 * $0 + 1] }
    }
}

extension CodeHash {
    fileprivate func digest(_ bytes: [UInt8]) -> [UInt8] {
        switch self {
        case .sha1: Array(Insecure.SHA1.hash(data: bytes))
        case .sha256: Array(SHA256.hash(data: bytes))
        case .sha512: Array(SHA512.hash(data: bytes))
        }
    }
}
