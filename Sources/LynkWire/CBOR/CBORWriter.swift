package import LynkCore

/// Appends deterministically encoded CBOR (RFC 8949 section 4.2.1) to a byte buffer.
///
/// The caller keeps map keys in bytewise order and array counts true; everything else is
/// canonical by construction.
package struct CBORWriter: Sendable {
    package var bytes: [UInt8] = []

    package init(reserving capacity: Int = 256) { bytes.reserveCapacity(capacity) }

    @inline(__always)
    package mutating func head(_ major: UInt8, _ argument: UInt64) {
        let top = major << 5
        switch argument {
        case 0..<24: bytes.append(top | UInt8(argument))
        case 24..<0x100:
            bytes.append(top | 24)
            bytes.append(UInt8(argument))
        case 0x100..<0x1_0000:
            bytes.append(top | 25)
            bigEndian(UInt16(argument))
        case 0x1_0000..<0x1_0000_0000:
            bytes.append(top | 26)
            bigEndian(UInt32(argument))
        default:
            bytes.append(top | 27)
            bigEndian(argument)
        }
    }

    @inline(__always)
    private mutating func bigEndian<T: FixedWidthInteger>(_ number: T) {
        withUnsafeBytes(of: number.bigEndian) { bytes.append(contentsOf: $0) }
    }

    package mutating func unsigned(_ value: UInt64) { head(0, value) }

    package mutating func integer(_ value: Int64) {
        if value >= 0 { head(0, UInt64(value)) } else { head(1, UInt64(~value)) }
    }

    package mutating func array(_ count: Int) { head(4, UInt64(count)) }
    package mutating func map(_ count: Int) { head(5, UInt64(count)) }
    package mutating func null() { bytes.append(0xF6) }
    /// CBOR's `undefined`: the reader knows what stands here. No canonical change set has one.
    package mutating func known() { bytes.append(0xF7) }
    package mutating func bool(_ value: Bool) { bytes.append(value ? 0xF5 : 0xF4) }

    package mutating func text(_ value: String) {
        var value = value
        value.withUTF8 { text(utf8: UnsafeRawBufferPointer($0)) }
    }

    /// The caller vouches that these bytes are UTF-8.
    package mutating func text(utf8: UnsafeRawBufferPointer) {
        head(3, UInt64(utf8.count))
        bytes.append(contentsOf: utf8)
    }

    package mutating func byteString(_ value: some Collection<UInt8>) {
        head(2, UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    package mutating func byteString(_ value: UnsafeRawBufferPointer) {
        head(2, UInt64(value.count))
        bytes.append(contentsOf: value)
    }

    /// The shortest of the two float widths that keeps the number; half precision is not used.
    package mutating func real(_ value: Double) {
        let short = Float(value)
        if Double(short) == value {
            bytes.append(0xFA)
            bigEndian(short.bitPattern)
        } else {
            bytes.append(0xFB)
            bigEndian(value.bitPattern)
        }
    }

    package mutating func identifier<Tag>(_ value: Identifier<Tag>) {
        bytes.append(0x50)
        bigEndian(value.high)
        bigEndian(value.low)
    }

    package mutating func value(_ value: Value) {
        switch value {
        case .null: null()
        case .integer(let number): integer(number)
        case .real(let number): real(number)
        case .text(let string): text(string)
        case .blob(let blob): byteString(blob)
        }
    }
}
