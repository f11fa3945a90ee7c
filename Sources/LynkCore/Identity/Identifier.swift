/// Sixteen bytes that name one thing for ever; the tag keeps a device from being used as a tenant.
///
/// Ordered by bytes, so the order is the same on every machine and in SQLite (`BLOB` compare).
public struct Identifier<Tag>: Hashable, Comparable, Sendable, BitwiseCopyable {
    /// The first eight bytes, big-endian.
    public let high: UInt64
    /// The last eight bytes, big-endian.
    public let low: UInt64

    public init(high: UInt64, low: UInt64) {
        self.high = high
        self.low = low
    }

    /// Returns `nil` unless there are exactly sixteen bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
        }
        self.init(high: high, low: low)
    }

    /// The same without a loop, for hot paths.
    package init?(raw bytes: UnsafeRawBufferPointer) {
        guard bytes.count == 16 else { return nil }
        high = UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self))
        low = UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
    }

    /// Parses thirty-two hexadecimal digits, with or without the hyphens of RFC 9562.
    public init?(_ text: some StringProtocol) {
        var nibbles: [UInt8] = []
        nibbles.reserveCapacity(32)
        for scalar in text.utf8 where scalar != UInt8(ascii: "-") {
            guard let nibble = hexDigitValue(scalar), nibbles.count < 32 else { return nil }
            nibbles.append(nibble)
        }
        guard nibbles.count == 32 else { return nil }
        self.init(bytes: (0..<16).map { nibbles[2 * $0] << 4 | nibbles[2 * $0 + 1] })
    }

    public var bytes: [UInt8] {
        [UInt8](unsafeUninitializedCapacity: 16) { buffer, count in
            for index in 0..<8 {
                buffer[index] = UInt8(truncatingIfNeeded: high >> UInt64(56 - 8 * index))
                buffer[index + 8] = UInt8(truncatingIfNeeded: low >> UInt64(56 - 8 * index))
            }
            count = 16
        }
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// A version 7 UUID (RFC 9562 section 5.7) from a time and 74 bits of chance.
    public init(milliseconds: UInt64, chance: (UInt64, UInt64)) {
        let time = milliseconds & 0xFFFF_FFFF_FFFF
        high = time << 16 | 0x7000 | chance.0 & 0x0FFF
        low = 0x8000_0000_0000_0000 | chance.1 & 0x3FFF_FFFF_FFFF_FFFF
    }
}

extension Identifier: CustomStringConvertible {
    /// The hyphenated lower-case form of RFC 9562.
    public var description: String {
        let digits = hexadecimal(bytes)
        let cuts = [8, 12, 16, 20, 32]
        var from = 0
        return cuts.map { cut in
            defer { from = cut }
            return String(digits.dropFirst(from).prefix(cut - from))
        }.joined(separator: "-")
    }
}

public enum TenantTag {}
public enum DeviceTag {}
public enum LaneTag {}
public enum EraTag {}
public enum HubTag {}
public enum RowTag {}
public enum BootTag {}
public enum UserTag {}

/// The unit of isolation, of clock and of log: one wholesaler.
public typealias TenantID = Identifier<TenantTag>
/// A client replica, from enrolment to retirement.
public typealias DeviceID = Identifier<DeviceTag>
/// One unforked run of a device's writing.
public typealias LaneID = Identifier<LaneTag>
/// One incarnation of a hub for writing.
public typealias EraID = Identifier<EraTag>
/// A server replica.
public typealias HubID = Identifier<HubTag>
/// The primary key of a synced row, minted by its creator.
public typealias RowKey = Identifier<RowTag>
/// One boot of a machine; boot ticks compare only within it.
public typealias BootID = Identifier<BootTag>
/// The person or service on whose behalf a device writes.
public typealias UserID = Identifier<UserTag>
