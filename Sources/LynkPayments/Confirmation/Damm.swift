/// The check digit of H. M. Damm: it finds every single wrong digit and every swap of neighbours.
package enum Damm {
    private static let table: [[UInt8]] = [
        [0, 3, 1, 7, 5, 9, 8, 6, 4, 2], [7, 0, 9, 2, 1, 5, 4, 8, 6, 3],
        [4, 2, 0, 6, 8, 7, 1, 3, 5, 9], [1, 7, 5, 0, 9, 8, 3, 4, 2, 6],
        [6, 1, 2, 3, 0, 4, 5, 9, 7, 8], [3, 6, 7, 4, 2, 0, 9, 5, 8, 1],
        [5, 8, 6, 9, 7, 2, 0, 1, 3, 4], [8, 9, 4, 5, 3, 6, 2, 0, 1, 7],
        [9, 4, 3, 8, 6, 1, 7, 2, 0, 5], [2, 5, 8, 1, 4, 3, 6, 7, 9, 0],
    ]

    /// The digit to append; `nil` when there is another character than a decimal digit.
    package static func digit(of digits: some StringProtocol) -> UInt8? {
        var interim: UInt8 = 0
        for byte in digits.utf8 {
            guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
            interim = table[Int(interim)][Int(byte - UInt8(ascii: "0"))]
        }
        return interim
    }

    /// The digits with their check digit.
    static func appended(to digits: String) -> String {
        digits + (digit(of: digits).map { String($0) } ?? "")
    }

    /// Whether the last digit is the check digit of those before it.
    package static func isValid(_ digits: some StringProtocol) -> Bool {
        !digits.isEmpty && digit(of: digits) == 0
    }
}
