import Crypto
import LynkCore

/// The code that a person types once to enrol a device: eleven random characters of Crockford's
/// base 32 and a check character, written 4-4-4.
///
/// The check is a polynomial over GF(32), so one wrong character or two swapped ones are always
/// found. 55 bits cannot be guessed over a network; the hub keeps only the SHA-256.
package struct CodeText: Hashable, Sendable, CustomStringConvertible {
    static let alphabet = Array("0123456789ABCDEFGHJKMNPQRSTVWXYZ".utf8)
    static let length = 12

    /// Twelve values below 32.
    private let values: [UInt8]

    package init(using random: inout some RandomNumberGenerator) {
        let drawn = (1..<Self.length).map { _ in UInt8.random(in: 0..<32, using: &random) }
        values = drawn + [Self.check(drawn)]
    }

    /// Reads what a person typed: any case, any spaces and hyphens, O as 0, I and L as 1.
    ///
    /// Returns `nil` for another length, a foreign character or a slip that the check finds.
    package init?(_ typed: String) {
        var values: [UInt8] = []
        for byte in typed.utf8 where byte != UInt8(ascii: "-") && byte != UInt8(ascii: " ") {
            guard let value = Self.value(byte), values.count < Self.length else { return nil }
            values.append(value)
        }
        guard values.count == Self.length, Self.check(values.dropLast()) == values.last else {
            return nil
        }
        self.values = values
    }

    package var description: String {
        let characters = values.map { Self.alphabet[Int($0)] }
        return stride(from: 0, to: Self.length, by: 4).map {
            String(decoding: characters[$0..<$0 + 4], as: UTF8.self)
        }.joined(separator: "-")
    }

    /// What the hub keeps: SHA-256 over the twelve characters in capitals.
    package var hash: [UInt8] {
        Array(SHA256.hash(data: values.map { Self.alphabet[Int($0)] }))
    }

    private static func value(_ byte: UInt8) -> UInt8? {
        let capital = byte >= UInt8(ascii: "a") && byte <= UInt8(ascii: "z") ? byte - 32 : byte
        let folded: UInt8 =
            switch capital {
            case UInt8(ascii: "O"): UInt8(ascii: "0")
            case UInt8(ascii: "I"), UInt8(ascii: "L"): UInt8(ascii: "1")
            default: capital
            }
        return alphabet.firstIndex(of: folded).map { UInt8($0) }
    }

    /// The sum of each value times a power of x in GF(2)[x] / (x^5 + x^2 + 1).
    private static func check(_ values: some Sequence<UInt8>) -> UInt8 {
        values.reduce(0) { sum, value in
            let mixed = sum ^ value
            return mixed & 0x10 == 0 ? mixed << 1 : (mixed << 1 ^ 0x25) & 0x1F
        }
    }
}
