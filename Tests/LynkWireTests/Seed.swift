import LynkCore
import LynkWire
import Testing

@Test func smoke() throws {
    var crc = CRC32C()
    Array("123456789".utf8).withUnsafeBytes { crc.update($0) }
    #expect(crc.value == 0xE306_9283)
    let body = [UInt8](repeating: 7, count: 5_000)
    let packed = try #require(Zstd.compressedBody(body))
    #expect(try Zstd.decompress(packed, limit: 5_000) == body)
}
