import LynkCore
import LynkWire
import TestSupport
import Testing

@Suite struct FrameTests {
    private func crc(_ bytes: [UInt8]) -> UInt32 {
        var checksum = CRC32C()
        bytes.withUnsafeBytes { checksum.update($0) }
        return checksum.value
    }

    @Test("CRC-32C of RFC 3720 appendix B.4", arguments: [
        ([UInt8]("123456789".utf8), 0xE306_9283),
        ([], 0),
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
        ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        ([UInt8](0..<32), 0x46DD_794E),
        ([UInt8]((0..<32).reversed()), 0x113F_DB5C),
    ] as [([UInt8], UInt32)])
    func checkValues(bytes: [UInt8], expected: UInt32) {
        #expect(crc(bytes) == expected)
    }

    @Test("A checksum in parts is the checksum of the whole")
    func checksumInParts() {
        let bytes = (0..<100).map { UInt8($0) }
        for cut in 0...100 {
            var checksum = CRC32C()
            bytes[..<cut].withUnsafeBytes { checksum.update($0) }
            bytes[cut...].withUnsafeBytes { checksum.update($0) }
            #expect(checksum.value == crc(bytes))
            var single = CRC32C()
            for byte in bytes { single.update(byte) }
            #expect(single.value == crc(bytes))
        }
    }

    @Test("A frame's bytes, written out")
    func layout() throws {
        #expect(try Frame(.page, [1, 2, 3]).encoded() == hex("00000003 12 010203 8F30881F"))
    }

    @Test("Frames come out whole, whatever the chunks they arrived in", arguments: 0..<20)
    func chunks(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let sent = (0..<10).map { _ in Frame(.page, random.bytes(random.count(300))) }
        let stream = sent.flatMap { $0.encoded() }
        var reader = FrameReader()
        var got: [Frame] = []
        var rest = stream[...]
        while !rest.isEmpty {
            let chunk = Array(rest.prefix(1 + random.count(90)))
            rest = rest.dropFirst(chunk.count)
            if random.chance(2) {
                reader.append(chunk)
            } else {
                chunk.withUnsafeBytes { reader.append($0) }
            }
            while let frame = try reader.next() { got.append(frame) }
        }
        #expect(got == sent)
        #expect(reader.isEmpty)
    }

    @Test("A payload above one frame travels in pieces", arguments: [
        (Limits.frameBytesMax, 1), (Limits.frameBytesMax + 1, 2),
        (2 * Limits.frameBytesMax, 2), (Limits.changeSetBytesMax + 1, 5),
    ])
    func pieces(count: Int, expected: Int) throws {
        let frame = Frame(.changeSets, (0..<count).map { UInt8(truncatingIfNeeded: $0 >> 3) })
        let bytes = frame.encoded()
        #expect(bytes.count == count + expected * Frame.overheadBytes)
        #expect(try frames(bytes) == [frame])
        var reader = FrameReader()
        reader.append(Array(bytes.prefix(Limits.frameBytesMax + Frame.overheadBytes)))
        #expect(try (reader.next() == nil) == (expected > 1))
        #expect(reader.isEmpty == (expected == 1))
    }

    @Test("A message in pieces is bounded, and so is the number of its pieces")
    func endlessPieces() throws {
        let piece = Frame(FrameType(rawValue: 0), [UInt8](repeating: 1, count: 1 << 20)).encoded()
        var reader = FrameReader()
        for _ in 0..<5 {
            reader.append(piece)
            #expect(try reader.next() == nil)
        }
        reader.append(piece)
        #expect(throws: WireError.overLimit("messageBytesMax")) { try reader.next() }
    }

    @Test("A piece of no bytes is malformed, not too large: splitting it would mend nothing")
    func emptyPiece() throws {
        let empty = Frame(FrameType(rawValue: 0), []).encoded()
        #expect(
            refusal { () throws(WireError) in try frames(empty) }
                == .invalid("a part without bytes"))
    }

    @Test("A claimed length is refused before the bytes for it are there")
    func lengthClaim() throws {
        for claim in ["00100001", "7FFFFFFF", "FFFFFFFF"] {
            var reader = FrameReader()
            reader.append(try hex(claim))
            #expect(throws: WireError.overLimit("frameBytesMax")) { try reader.next() }
            reader.append([1, 2, 3])
            #expect(throws: WireError.overLimit("frameBytesMax")) { try reader.next() }
        }
    }

    @Test("Every single turned bit is noticed, and stays noticed")
    func flippedBits() throws {
        let bytes = Frame(.page, Array("a payload of thirty-three bytes..".utf8)).encoded()
        for bit in 0..<bytes.count * 8 {
            let damaged = flipped(bytes, bit: bit)
            #expect(refusal { () throws(WireError) in try frames(damaged) } != nil)
        }
        var reader = FrameReader()
        reader.append(flipped(bytes, bit: 50))
        #expect(throws: WireError.checksumMismatch) { try reader.next() }
        reader.append(bytes)
        #expect(throws: WireError.checksumMismatch) { try reader.next() }
    }

    @Test("Frames of later versions are passed over, if they say so by their number")
    func optionalFrames() throws {
        let later = Frame(FrameType(rawValue: 0x80), [9]).encoded()
        let page = Frame(.page, [1])
        #expect(try frames(later + page.encoded() + later) == [page])
        let unknown = Frame(FrameType(rawValue: 0x7F), [9])
        #expect(throws: WireError.unexpected("frame of a response")) {
            try ResponseFrame.decode(unknown)
        }
    }
}
