/// CRC-32C (Castagnoli), reflected polynomial 0x82F63B78, as in RFC 9260 appendix A.
///
/// Eight bytes a step over eight tables: Kounavis and Berry, "A Systematic Approach to Building
/// High Performance Software-Based CRC Generators", 2005.
package struct CRC32C: Sendable {
    private var register: UInt32 = .max

    package init() {}

    package var value: UInt32 { ~register }

    package mutating func update(_ byte: UInt8) {
        register = Self.tables[Int(UInt8(truncatingIfNeeded: register) ^ byte)] ^ register >> 8
    }

    package mutating func update(_ bytes: UnsafeRawBufferPointer) {
        register = Self.tables.withUnsafeBufferPointer { Self.advance(register, bytes, $0) }
    }

    private static func advance(
        _ register: UInt32, _ bytes: UnsafeRawBufferPointer, _ tables: UnsafeBufferPointer<UInt32>
    ) -> UInt32 {
        var crc = register
        var index = 0
        func look(_ table: Int, _ word: UInt64, _ shift: UInt64) -> UInt32 {
            tables[table << 8 | Int(word >> shift & 0xFF)]
        }
        while index + 8 <= bytes.count {
            let raw = bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let word = UInt64(littleEndian: raw) ^ UInt64(crc)
            crc =
                look(7, word, 0) ^ look(6, word, 8) ^ look(5, word, 16) ^ look(4, word, 24)
                ^ look(3, word, 32) ^ look(2, word, 40) ^ look(1, word, 48) ^ look(0, word, 56)
            index += 8
        }
        while index < bytes.count {
            crc = tables[Int(UInt8(truncatingIfNeeded: crc) ^ bytes[index])] ^ crc >> 8
            index += 1
        }
        return crc
    }

    /// Eight tables of 256 in a row.
    private static let tables: [UInt32] = {
        var tables: [UInt32] = []
        for start in UInt32(0)..<256 {
            var crc = start
            for _ in 0..<8 {
                let half = crc >> 1
                crc = crc & 1 == 1 ? half ^ 0x82F6_3B78 : half
            }
            tables.append(crc)
        }
        for index in 256..<2048 {
            let before = tables[index - 256]
            tables.append(before >> 8 ^ tables[Int(before & 0xFF)])
        }
        return tables
    }()
}
