import LynkCore
import LynkWire
import TestSupport
import Testing

@Suite struct ZstdTests {
    @Test("What was compressed expands to the same", arguments: 0..<12)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let line = random.bytes(random.count(80))
        let body = (0..<random.count(3_000)).flatMap { _ in
            random.chance(20) ? random.bytes(3) : line
        }
        let packed = Zstd.compress(body)
        #expect(try Zstd.decompress(packed, limit: body.count) == body)
        if !body.isEmpty {
            #expect(throws: WireError.overLimit("bytes after decompression")) {
                try Zstd.decompress(packed, limit: body.count - 1)
            }
        }
    }

    @Test("No beginning of a compressed body is one, nor is one with bytes after it")
    func truncated() {
        var random = SeededGenerator(seed: 1)
        let packed = Zstd.compress(random.bytes(300) + [UInt8](repeating: 1, count: 300))
        let taken = packed.indices.filter { count in
            refusal { () throws(WireError) in
                try Zstd.decompress(Array(packed[..<count]), limit: 1_000)
            } == nil
        }
        #expect(taken.isEmpty)
        for tail in [[0], packed] {
            #expect(throws: WireError.invalid("bytes after a zstd frame")) {
                try Zstd.decompress(packed + tail, limit: 1_000)
            }
        }
    }

    @Test("A bomb is refused after a bounded amount of work")
    func bomb() {
        let bomb = Zstd.compress([UInt8](repeating: 0, count: 64 << 20))
        #expect(bomb.count < 8 << 10)
        #expect(throws: WireError.overLimit("expansionRatioMax")) {
            try Zstd.decompress(bomb, limit: .max)
        }
        let stream = ZstdStreamDecompressor(limit: .max)
        #expect(throws: WireError.overLimit("expansionRatioMax")) { try stream.append(bomb) }
    }

    @Test("A header that claims a large window takes no memory", arguments: [
        // Magic number, then a frame header with a window of 2^31 or 2^27 bytes.
        "28B52FFD 00 A8 010000", "28B52FFD 00 88 010000",
        // A single segment of 2^40 bytes.
        "28B52FFD E0 0000000000010000 010000",
    ])
    func largeWindow(digits: String) throws {
        let bytes = try hex(digits)
        #expect(refusal { () throws(WireError) in try Zstd.decompress(bytes, limit: .max) } != nil)
    }

    // The fuzzer's nine bytes took 128 MiB: they are the beginning of a frame of zstd 0.6.
    @Test("The formats from before RFC 8878 are refused at once", arguments: 0x1E...0x27)
    func oldFormats(low: UInt8) {
        let bytes = [low, 0xB5, 0x2F, 0xFD, 0x0F, 0xE8, 0x20, 0x2E, 0x20]
        for pieces in [[bytes], bytes.map { [$0] }] {
            let stream = ZstdStreamDecompressor(limit: 1 << 20)
            #expect(throws: WireError.invalid("zstd")) {
                for piece in pieces { _ = try stream.append(piece) }
            }
        }
    }

    @Test("A skippable frame says nothing, and frames may follow one another")
    func skippable() throws {
        let said = Array("said".utf8)
        let skipped: [UInt8] = [0x5A, 0x2A, 0x4D, 0x18, 3, 0, 0, 0, 1, 2, 3]
        let bytes = skipped + Zstd.compress(said) + skipped + Zstd.compress(said)
        let stream = ZstdStreamDecompressor(limit: 1 << 20, isOneFrame: false)
        #expect(try bytes.flatMap { try stream.append([$0]) } == said + said)
        #expect(stream.isAtEnd)
    }

    @Test("Rubbish is refused")
    func rubbish() {
        var random = SeededGenerator(seed: 2)
        for _ in 0..<300 {
            let bytes = random.bytes(random.count(60))
            let error = refusal { () throws(WireError) in try Zstd.decompress(bytes, limit: 9_999) }
            #expect(error != nil)
        }
    }

    @Test("A body is compressed only when its receiver gains and will take it")
    func bodies() throws {
        var random = SeededGenerator(seed: 3)
        #expect(Zstd.compressedBody([UInt8](repeating: 1, count: 399)) == nil)
        #expect(Zstd.compressedBody(random.bytes(5_000)) == nil)
        let plain = [UInt8](repeating: 1, count: 400)
        #expect(try Zstd.compressedBody(plain).map { try Zstd.decompress($0, limit: 400) } == plain)
        let zeros = [UInt8](repeating: 0, count: 4 << 20)
        #expect(Zstd.compressedBody(zeros) == nil)
    }

    @Test("What was flushed can be read before the stream ends", arguments: 0..<10)
    func streaming(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let compressor = ZstdStreamCompressor(level: 1)
        let decompressor = ZstdStreamDecompressor(limit: 1 << 22)
        for _ in 0..<8 {
            let page = (0..<random.count(4_000)).flatMap { Array("page \($0 % 7) ".utf8) }
            let packed = compressor.append(page, flush: true)
            var got: [UInt8] = []
            var rest = packed[...]
            while !rest.isEmpty {
                let chunk = Array(rest.prefix(1 + random.count(500)))
                rest = rest.dropFirst(chunk.count)
                got += try decompressor.append(chunk)
            }
            #expect(got == page)
            #expect(!decompressor.isAtEnd)
        }
        #expect(try decompressor.append(compressor.finish()) == [])
        #expect(decompressor.isAtEnd)
    }

    @Test("A stream without flushes holds back and gives everything at its end")
    func unflushed() throws {
        let compressor = ZstdStreamCompressor()
        var packed: [UInt8] = []
        for number in 0..<100 {
            packed += compressor.append(Array("row \(number);".utf8), flush: false)
        }
        packed += compressor.finish()
        let expected = (0..<100).map { "row \($0);" }.joined()
        #expect(try Zstd.decompress(packed, limit: 10_000) == Array(expected.utf8))
    }
}
