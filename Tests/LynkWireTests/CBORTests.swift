import LynkCore
import LynkWire
import TestSupport
import Testing

@Suite struct CBORTests {
    private func read<Result>(
        _ digits: String, _ body: (inout CBORReader) throws(WireError) -> Result
    ) throws -> Result {
        try hex(digits).reading(body)
    }

    @Test("RFC 8949 appendix A: integers", arguments: [
        ("00", 0 as Int64), ("01", 1), ("0a", 10), ("17", 23), ("1818", 24), ("1819", 25),
        ("1864", 100), ("1903e8", 1000), ("1a000f4240", 1_000_000),
        ("1b000000e8d4a51000", 1_000_000_000_000), ("20", -1), ("29", -10), ("3863", -100),
        ("3903e7", -1000), ("1b7fffffffffffffff", .max), ("3b7fffffffffffffff", .min),
    ])
    func integers(digits: String, number: Int64) throws {
        let got = try read(digits) { (reader) throws(WireError) in try reader.integer() }
        #expect(got == number)
        var writer = CBORWriter()
        writer.integer(number)
        #expect(hexadecimal(writer.bytes) == digits)
    }

    @Test("RFC 8949 appendix A: unsigned integers of 64 bits")
    func unsigned() throws {
        let digits = "1bffffffffffffffff"
        #expect(try read(digits) { (r) throws(WireError) in try r.unsigned() } == .max)
        #expect(throws: WireError.invalid("integer over 64 bits")) {
            try read(digits) { (r) throws(WireError) in try r.integer() }
        }
        #expect(throws: WireError.invalid("integer over 64 bits")) {
            try read("3bffffffffffffffff") { (r) throws(WireError) in try r.integer() }
        }
    }

    @Test("RFC 8949 appendix A: floats of 32 and 64 bits", arguments: [
        ("fb3ff199999999999a", 1.1), ("fa47c35000", 100_000.0),
        ("fa7f7fffff", 3.4028234663852886e+38),
        ("fb7e37e43c8800759c", 1.0e+300), ("fbc010666666666666", -4.1), ("fa7f800000", .infinity),
        ("faff800000", -.infinity),
    ])
    func floats(digits: String, number: Double) throws {
        #expect(try read(digits) { (r) throws(WireError) in try r.real() } == number)
        var writer = CBORWriter()
        writer.real(number)
        #expect(hexadecimal(writer.bytes) == digits)
    }

    @Test("RFC 8949 appendix A: text, byte strings and simple values", arguments: [
        ("f6", Value.null), ("40", .blob([])), ("4401020304", .blob([1, 2, 3, 4])),
        ("60", .text("")), ("6161", .text("a")), ("6449455446", .text("IETF")),
        ("62225c", .text("\"\\")), ("62c3bc", .text("\u{fc}")), ("63e6b0b4", .text("\u{6c34}")),
        ("64f0908591", .text("\u{10151}")),
    ])
    func values(digits: String, value: Value) throws {
        #expect(try read(digits) { (r) throws(WireError) in try r.value() } == value)
        var writer = CBORWriter()
        writer.value(value)
        #expect(hexadecimal(writer.bytes) == digits)
    }

    @Test("RFC 8949 appendix A: booleans, arrays and maps")
    func containers() throws {
        #expect(try read("f5") { (r) throws(WireError) in try r.bool() })
        #expect(try !read("f4") { (r) throws(WireError) in try r.bool() })
        #expect(try read("80") { (r) throws(WireError) in try r.array(9, "a") } == 0)
        #expect(try read("a0") { (r) throws(WireError) in try r.map(9, "m") } == 0)
        let numbers = try read("83010203") { (reader) throws(WireError) in
            var numbers: [UInt64] = []
            for _ in 0..<(try reader.array(9, "a")) { numbers.append(try reader.unsigned()) }
            return numbers
        }
        #expect(numbers == [1, 2, 3])
    }

    @Test("What is not the deterministic encoding of our subset is refused", arguments: [
        "1800", "1817", "190018", "1900ff", "1a0000ffff", "1b00000000ffffffff",
        "1c", "1d", "1e", "1f", "5f42010243030405ff", "7f657374726561646d696e67ff", "5801ff",
        "780161", "f90000", "f97e00", "fa7fc00000", "fb7ff8000000000000", "fa80000000",
        "fb0000000000000000", "fb3ff8000000000000", "f7", "f0", "f818", "f8ff", "ff", "c000",
        "80", "a0",
    ])
    func refusedValues(digits: String) {
        #expect(throws: WireError.self) {
            try read(digits) { (reader) throws(WireError) in try reader.value() }
        }
    }

    @Test("A head of every width that ends too early is refused", arguments: [
        "", "18", "19", "1900", "1a", "1a000000", "1b", "1b00000000000000", "41", "4201", "61",
        "5affffffff", "5bffffffffffffffff", "7bffffffffffffffff",
    ])
    func truncatedValues(digits: String) {
        #expect(throws: WireError.self) {
            try read(digits) { (reader) throws(WireError) in try reader.value() }
        }
    }

    @Test("A count above its limit or above the bytes left is refused as such")
    func claims() {
        #expect(throws: WireError.overLimit("rows")) {
            try read("9b7fffffffffffffff") { (r) throws(WireError) in try r.array(100, "rows") }
        }
        #expect(throws: WireError.truncated) {
            try read("9a00100000") { (r) throws(WireError) in try r.array(1 << 30, "rows") }
        }
        #expect(throws: WireError.truncated) {
            try read("ba00100000") { (r) throws(WireError) in try r.map(1 << 30, "rows") }
        }
        #expect(throws: WireError.overLimit("name")) {
            try read("6461626364") { (r) throws(WireError) in try r.text(3, "name") }
        }
    }

    @Test("The UTF-8 check agrees with the standard library's", arguments: 0..<6)
    func utf8(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3_000 {
            var bytes = Array(random.text(8).utf8)
            if !bytes.isEmpty, random.chance(2) {
                bytes[random.count(bytes.count - 1)] = UInt8(truncatingIfNeeded: random.next())
            }
            let valid = bytes.withUnsafeBytes { isValidUTF8($0) }
            #expect(valid == (String(validating: bytes, as: UTF8.self) != nil))
        }
    }

    @Test("Whatever value reads writes the same bytes again", arguments: 0..<6)
    func canonical(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var taken = 0
        for _ in 0..<20_000 {
            let bytes = random.bytes(1 + random.count(9))
            let read = try? bytes.reading { (reader) throws(WireError) in try reader.value() }
            guard let read else { continue }
            taken += 1
            var writer = CBORWriter()
            writer.value(read)
            #expect(writer.bytes == bytes)
        }
        #expect(taken > 100)
    }
}
