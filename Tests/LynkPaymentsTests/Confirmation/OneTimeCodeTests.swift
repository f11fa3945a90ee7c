import Testing

@testable import LynkPayments

@Suite("One-time codes: the vectors of RFC 4226 and RFC 6287, and our own")
struct OneTimeCodeTests {
    static let digits = "1234567890"
    static func key(_ count: Int) -> [UInt8] {
        (0..<count).map { Array(digits.utf8)[$0 % 10] }
    }

    @Test("RFC 4226, appendix D")
    func hotp() {
        let expected = [
            "755224", "287082", "359152", "969429", "338314", "254676", "287922", "162583",
            "399871", "520489",
        ]
        let found = (0..<10).map {
            OneTimeCode.hotp(key: Self.key(20), counter: UInt64($0), digits: 6)
        }
        #expect(found == expected)
    }

    struct Row: Sendable, CustomStringConvertible {
        let suite: String
        let keyBytes: Int
        let codes: [String]
        /// Eight times the same digit that is the index, or the RFC's 12345678.
        var isFixed = false
        var description: String { suite }
    }

    static let rows = [
        Row(
            suite: "OCRA-1:HOTP-SHA1-6:QN08", keyBytes: 20,
            codes: [
                "237653", "243178", "653583", "740991", "608993", "388898", "816933", "224598",
                "750600", "294470",
            ]),
        Row(
            suite: "OCRA-1:HOTP-SHA256-8:C-QN08-PSHA1", keyBytes: 32,
            codes: [
                "65347737", "86775851", "78192410", "71565254", "10104329", "65983500",
                "70069104", "91771096", "75011558", "08522129",
            ], isFixed: true),
        Row(
            suite: "OCRA-1:HOTP-SHA256-8:QN08-PSHA1", keyBytes: 32,
            codes: ["83238735", "01501458", "17957585", "86776967", "86807031"]),
        Row(
            suite: "OCRA-1:HOTP-SHA512-8:C-QN08", keyBytes: 64,
            codes: [
                "07016083", "63947962", "70123924", "25341727", "33203315", "34205738",
                "44343969", "51946085", "20403879", "31409299",
            ]),
        Row(
            suite: "OCRA-1:HOTP-SHA512-8:QN08-T1M", keyBytes: 64,
            codes: ["95209754", "55907591", "22048402", "24218844", "36209546"]),
    ]

    @Test("RFC 6287, appendix C", arguments: rows)
    func ocra(_ row: Row) throws {
        let suite = try #require(OCRASuite(row.suite))
        for (index, code) in row.codes.enumerated() {
            var input = OCRASuite.Input(
                challenge: row.isFixed ? "12345678" : String(repeating: "\(index)", count: 8))
            input.counter = UInt64(index)
            input.pin = "1234"
            input.time = 0x132_D0B6
            #expect(suite.code(key: Self.key(row.keyBytes), input) == code)
        }
    }

    @Test(
        "A suite that is malformed or never used is not read",
        arguments: [
            "", "OCRA-1", "OCRA-2:HOTP-SHA1-6:QN08", "OCRA-1:HOTP-MD5-6:QN08",
            "OCRA-1:HOTP-SHA1-0:QN08", "OCRA-1:HOTP-SHA1-6:QA10", "OCRA-1:HOTP-SHA1-6:C",
            "OCRA-1:HOTP-SHA1-6:QN08-X", "OCRA-1:HOTP-SHA1-6:QN08-S999",
        ])
    func strangeSuite(_ text: String) {
        #expect(OCRASuite(text) == nil)
    }

    @Test("The suite of payments says what its text says")
    func ownSuite() {
        #expect(OCRASuite(OCRASuite.payment.text) == .payment)
    }

    @Test("Comparing in constant time is comparing")
    func equality() {
        #expect(OneTimeCode.isEqual("846701871", "846701871"))
        #expect(!OneTimeCode.isEqual("846701871", "846701872"))
        #expect(!OneTimeCode.isEqual("846701871", "84670187"))
        #expect(OneTimeCode.isEqual("", ""))
    }
}
