import LynkCore

/// One column of a page section: collects values and picks the shortest of four codecs.
///
/// Protocol/lynk.cddl, `column`: 0 plain values, 1 integer deltas, 2 dictionary, 3 constant.
package struct ColumnWriter {
    private var plain = CBORWriter(reserving: 1024)
    private var deltas: [UInt8] = []
    private var previous: Int64 = 0
    private var isInteger = true
    /// Ranges of distinct encodings in `plain`; emptied when there are too many.
    private var dictionary: [Range<Int>] = []
    private var indexes: [UInt8] = []
    private var hasDictionary = true
    private static let dictionaryMax = 16

    package init() {}

    package var byteCount: Int { isInteger ? deltas.count : plain.bytes.count }

    @inline(__always)
    package mutating func append(_ cell: Cell) {
        if isInteger {
            if case .integer(let number) = cell {
                appendVarint(zigzag(number &- previous), to: &deltas)
                previous = number
            } else {
                isInteger = false
            }
        }
        let start = plain.bytes.count
        plain.cell(cell)
        if hasDictionary { index(start..<plain.bytes.count) }
    }

    private mutating func index(_ new: Range<Int>) {
        let found = plain.bytes.withUnsafeBytes { bytes in
            dictionary.firstIndex { old in
                old.count == new.count
                    && bytes[old].elementsEqual(bytes[new])
            }
        }
        if let found {
            indexes.append(UInt8(found))
        } else if dictionary.count < Self.dictionaryMax {
            indexes.append(UInt8(dictionary.count))
            dictionary.append(new)
        } else {
            hasDictionary = false
            indexes = []
        }
    }

    package func write(to writer: inout CBORWriter) {
        if hasDictionary, dictionary.count == 1 {
            writer.array(2)
            writer.unsigned(3)
            writer.bytes.append(contentsOf: plain.bytes[dictionary[0]])
        } else if hasDictionary {
            writer.array(3)
            writer.unsigned(2)
            writer.byteString(dictionary.flatMap { plain.bytes[$0] })
            writer.byteString(indexes)
        } else if isInteger, deltas.count <= plain.bytes.count {
            writer.array(2)
            writer.unsigned(1)
            writer.byteString(deltas)
        } else {
            writer.array(2)
            writer.unsigned(0)
            writer.byteString(plain.bytes)
        }
    }
}

@inline(__always)
package func zigzag(_ number: Int64) -> UInt64 { UInt64(bitPattern: number << 1 ^ number >> 63) }

@inline(__always)
package func unzigzag(_ number: UInt64) -> Int64 {
    Int64(bitPattern: number >> 1) ^ -Int64(bitPattern: number & 1)
}

/// LEB128, least significant group first.
@inline(__always)
package func appendVarint(_ number: UInt64, to bytes: inout [UInt8]) {
    var rest = number
    while rest >= 0x80 {
        bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
        rest >>= 7
    }
    bytes.append(UInt8(rest))
}

/// Reads LEB128 in its shortest form; at most ten bytes.
@inline(__always)
package func readVarint(
    _ input: UnsafeRawBufferPointer, at position: inout Int
) throws(WireError) -> UInt64 {
    var result: UInt64 = 0
    var shift: UInt64 = 0
    while true {
        guard position < input.count else { throw .truncated }
        let byte = input[position]
        position += 1
        guard shift < 63 || byte <= 1 else { throw .invalid("varint over 64 bits") }
        result |= UInt64(byte & 0x7F) << shift
        if byte < 0x80 {
            guard byte != 0 || shift == 0 else { throw .notCanonical }
            return result
        }
        shift += 7
    }
}
