/// One message of a body: its type and its payload, put together from its parts.
package struct RawFrame: Hashable, Sendable {
    package var type: UInt8
    package var payload: [UInt8]

    package init(_ type: UInt8, _ payload: [UInt8]) {
        self.type = type
        self.payload = payload
    }

    /// Length, type, payload, checksum (05-exchange.md, X1); parts of 1 MiB before the last.
    package var encoded: [UInt8] {
        var out: [UInt8] = []
        var rest = payload[...]
        while rest.count > Self.bytesMax {
            Self.write(0, rest.prefix(Self.bytesMax), to: &out)
            rest = rest.dropFirst(Self.bytesMax)
        }
        Self.write(type, rest, to: &out)
        return out
    }

    private static let bytesMax = 1 << 20

    private static func write(_ type: UInt8, _ payload: ArraySlice<UInt8>, to out: inout [UInt8]) {
        let covered = [type] + payload
        out += bigEndian(UInt64(payload.count), 4) + covered
        out += bigEndian(UInt64(CRC32C.of(covered)), 4)
    }

    /// The messages of a body that is there in whole.
    package static func all(in body: [UInt8]) throws(CBORSlip) -> [RawFrame] {
        var found: [RawFrame] = []
        var begun: [UInt8] = []
        var at = 0
        while at < body.count {
            guard body.count - at >= 9 else { throw CBORSlip(at: at, what: "a cut frame") }
            let length = Int(bigEndian(body[at..<at + 4]))
            guard length <= bytesMax, body.count - at - 9 >= length else {
                throw CBORSlip(at: at, what: "a frame that is cut or above the limit")
            }
            let covered = Array(body[at + 4..<at + 5 + length])
            let sum = UInt32(bigEndian(body[at + 5 + length..<at + 9 + length]))
            guard sum == CRC32C.of(covered) else {
                throw CBORSlip(at: at, what: "a frame with another checksum")
            }
            begun += covered.dropFirst()
            if covered[0] != 0 {
                found.append(RawFrame(covered[0], begun))
                begun = []
            }
            at += 9 + length
        }
        guard begun.isEmpty else { throw CBORSlip(at: at, what: "a part without its end") }
        return found
    }
}

/// The Castagnoli checksum, as in iSCSI (RFC 3720).
package enum CRC32C {
    private static let table: [UInt32] = (0..<256).map { (byte: UInt32) -> UInt32 in
        var value = byte
        for _ in 0..<8 { value = value & 1 == 1 ? value >> 1 ^ 0x82F6_3B78 : value >> 1 }
        return value
    }

    package static func of(_ bytes: [UInt8]) -> UInt32 {
        var sum: UInt32 = 0xFFFF_FFFF
        for byte in bytes { sum = sum >> 8 ^ table[Int((sum ^ UInt32(byte)) & 0xFF)] }
        return ~sum
    }
}
