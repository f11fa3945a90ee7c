/// A picture of black and white dots as PNG (ISO/IEC 15948): one bit a dot, rows unfiltered, in
/// stored blocks (RFC 1951 section 3.2.4). A code of a receipt is some kilobytes so, which is not
/// worth a compressor; and the same picture gives the same bytes on every machine.
enum PNGImage {
    private static let blockMax = 65_535

    /// - Parameters:
    ///   - width: dots from 1 on, as ``height``.
    ///   - isDark: asked for each dot, row by row.
    static func bytes(width: Int, height: Int, isDark: (_ x: Int, _ y: Int) -> Bool) -> [UInt8] {
        var rows: [UInt8] = []
        for y in 0..<height {
            rows.append(0)
            for first in stride(from: 0, to: width, by: 8) {
                var byte: UInt8 = 0
                for x in first..<min(first + 8, width) where !isDark(x, y) {
                    byte |= 0x80 >> UInt8(x - first)
                }
                rows.append(byte)
            }
        }
        let head = big(UInt32(width)) + big(UInt32(height)) + [1, 0, 0, 0, 0]
        return [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A] + chunk("IHDR", head)
            + chunk("IDAT", zlib(rows)) + chunk("IEND", [])
    }

    private static func big(_ number: UInt32) -> [UInt8] {
        [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: number >> UInt32($0)) }
    }

    /// Length, name, content, and the checksum of name and content.
    private static func chunk(_ name: String, _ content: [UInt8]) -> [UInt8] {
        let checked = Array(name.utf8) + content
        return big(UInt32(content.count)) + checked + big(crc(checked))
    }

    /// RFC 1950 around stored blocks.
    private static func zlib(_ data: [UInt8]) -> [UInt8] {
        var result: [UInt8] = [0x78, 0x01]
        for start in stride(from: 0, to: data.count, by: blockMax) {
            let block = data[start..<min(start + blockMax, data.count)]
            let length = UInt16(block.count)
            result.append(block.endIndex == data.count ? 1 : 0)
            for word in [length, ~length] {
                result += [UInt8(truncatingIfNeeded: word), UInt8(truncatingIfNeeded: word >> 8)]
            }
            result += block
        }
        return result + big(adler(data))
    }

    private static func adler(_ data: [UInt8]) -> UInt32 {
        var (low, high): (UInt32, UInt32) = (1, 0)
        for byte in data {
            low = (low + UInt32(byte)) % 65_521
            high = (high + low) % 65_521
        }
        return high << 16 | low
    }

    private static let table: [UInt32] = (0..<256).map { index in
        (0..<8).reduce(UInt32(index)) { word, _ in
            word & 1 == 1 ? 0xEDB8_8320 ^ word >> 1 : word >> 1
        }
    }

    private static func crc(_ data: [UInt8]) -> UInt32 {
        ~data.reduce(0xFFFF_FFFF) { word, byte in
            table[Int((word ^ UInt32(byte)) & 0xFF)] ^ word >> 8
        }
    }
}
