import Testing

@testable import LynkPayments

@Suite("A picture of dots as PNG")
struct PNGImageTests {
    /// Chunks by name, each checksum compared with one that is computed bit by bit.
    private func chunks(_ png: [UInt8]) throws -> [(name: String, content: [UInt8])] {
        try #require(Array(png.prefix(8)) == [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A])
        var found: [(String, [UInt8])] = []
        var at = 8
        while at < png.count {
            let size = Int(word(png, at))
            try #require(at + 12 + size <= png.count)
            let checked = Array(png[(at + 4)..<(at + 8 + size)])
            #expect(word(png, at + 8 + size) == crc(checked))
            found.append((String(decoding: checked.prefix(4), as: UTF8.self), Array(checked[4...])))
            at += 12 + size
        }
        return found
    }

    private func word(_ bytes: [UInt8], _ at: Int) -> UInt32 {
        bytes[at..<(at + 4)].reduce(0) { $0 << 8 | UInt32($1) }
    }

    private func crc(_ bytes: [UInt8]) -> UInt32 {
        var rest: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            rest ^= UInt32(byte)
            for _ in 0..<8 { rest = rest & 1 == 1 ? rest >> 1 ^ 0xEDB8_8320 : rest >> 1 }
        }
        return ~rest
    }

    /// What the stored blocks hold, their lengths and the sum at the end being right.
    private func inflated(_ zlib: [UInt8]) throws -> [UInt8] {
        try #require((Int(zlib[0]) << 8 | Int(zlib[1])) % 31 == 0)
        var (data, at, isLast): ([UInt8], Int, Bool) = ([], 2, false)
        while !isLast {
            isLast = zlib[at] == 1
            let length = Int(zlib[at + 1]) | Int(zlib[at + 2]) << 8
            #expect(zlib[at + 1] == ~zlib[at + 3] && zlib[at + 2] == ~zlib[at + 4])
            data += zlib[(at + 5)..<(at + 5 + length)]
            at += 5 + length
        }
        var (low, high): (UInt64, UInt64) = (1, 0)
        for byte in data {
            low += UInt64(byte)
            high += low
        }
        #expect(word(zlib, at) == UInt32(high % 65_521) << 16 | UInt32(low % 65_521))
        #expect(at + 4 == zlib.count)
        return data
    }

    @Test(
        "Every dot is where it was drawn, in pictures of any width and of several blocks",
        arguments: [(1, 1), (7, 3), (8, 2), (9, 5), (33, 33), (1_000, 600)])
    func dots(_ width: Int, _ height: Int) throws {
        func isDark(_ x: Int, _ y: Int) -> Bool { (x * 7 + y * 13) % 5 < 2 }
        let parts = try chunks(PNGImage.bytes(width: width, height: height, isDark: isDark))
        #expect(parts.map(\.name) == ["IHDR", "IDAT", "IEND"])
        let head = parts[0].content
        #expect(word(head, 0) == UInt32(width) && word(head, 4) == UInt32(height))
        #expect(Array(head[8...]) == [1, 0, 0, 0, 0])
        let data = try inflated(parts[1].content)
        let stride = 1 + (width + 7) / 8
        #expect(data.count == stride * height)
        for y in 0..<height {
            #expect(data[y * stride] == 0)
            let row = data[(y * stride + 1)..<((y + 1) * stride)]
            let dots = (0..<width).map { x in
                row[row.startIndex + x / 8] & 0x80 >> UInt8(x % 8) == 0
            }
            #expect(dots == (0..<width).map { isDark($0, y) })
        }
    }
}
