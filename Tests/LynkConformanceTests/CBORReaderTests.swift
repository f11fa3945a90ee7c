import Testing

@testable import LynkConformance

@Suite("The kit's own CBOR")
struct CBORReaderTests {
    @Test(
        "what a canonical writer makes reads back to the same bytes",
        arguments: [
            "00", "17", "1818", "18ff", "190100", "1a00010000", "1b0000000100000000",
            "1bffffffffffffffff", "20", "3863", "40", "43010203", "60", "63e282b9", "80",
            "83010203", "a201020304", "f4", "f5", "f6", "f7", "fa3fc00000", "fb3ff199999999999a",
        ])
    func canonical(_ hex: String) throws {
        let bytes = try #require(Hex.bytes(hex))
        #expect(try CBORReader.item(bytes).encoded == bytes)
    }

    @Test(
        "what nobody may write is refused",
        arguments: [
            "1800", "1817", "1900ff", "1a0000ffff", "1b00000000ffffffff", "9f00ff", "5fff", "c000",
            "f90000", "fa7fc00000", "fa80000000", "fb3ff8000000000000", "a203000100", "a200000000",
            "62c328", "0000", "", "8101ff", "9bffffffffffffffff", "e0", "f820",
        ])
    func refused(_ hex: String) throws {
        let bytes = try #require(Hex.bytes(hex))
        #expect(throws: CBORSlip.self) { try CBORReader.item(bytes) }
    }

    @Test("a count is compared with what is left before memory is taken, and depth is bounded")
    func bounded() {
        let deep = [UInt8](repeating: 0x81, count: 17) + [0]
        #expect(throws: CBORSlip.self) { try CBORReader.item(deep) }
        #expect(throws: Never.self) { try CBORReader.item(Array(deep.dropFirst())) }
    }

    @Test("frames read back, also in parts, and a flipped bit is seen")
    func frames() throws {
        #expect(CRC32C.of(Array("123456789".utf8)) == 0xE306_9283)
        let long = RawFrame(2, [UInt8](repeating: 7, count: (2 << 20) + 5))
        let body = long.encoded + RawFrame(3, [0x40]).encoded
        #expect(try RawFrame.all(in: body) == [long, RawFrame(3, [0x40])])
        var bent = body
        bent[bent.count - 6] ^= 1
        #expect(throws: CBORSlip.self) { try RawFrame.all(in: bent) }
    }
}
