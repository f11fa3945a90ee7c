package import LynkCore

/// Reads deterministically encoded CBOR from bytes that outlive it.
///
/// Nothing is allocated before its length is known to be in the input, and nothing recurses, so
/// memory and stack are bounded by the input. Non-shortest heads and indefinite lengths are
/// refused. Half-precision floats are not accepted.
package struct CBORReader {
    package let input: UnsafeRawBufferPointer
    package private(set) var position: Int

    package init(_ input: UnsafeRawBufferPointer, at position: Int = 0) {
        self.input = input
        self.position = position
    }

    package var isAtEnd: Bool { position == input.count }
    package var remaining: Int { input.count - position }

    /// The major type of the next item, without taking it.
    @inline(__always)
    package func peek() throws(WireError) -> UInt8 {
        guard position < input.count else { throw .truncated }
        return input[position]
    }

    @inline(__always)
    package mutating func head() throws(WireError) -> (major: UInt8, argument: UInt64) {
        guard position < input.count else { throw .truncated }
        let first = input[position]
        let short = first & 31
        if short < 24 {
            position += 1
            return (first >> 5, UInt64(short))
        }
        return try longHead(first)
    }

    private mutating func longHead(_ first: UInt8) throws(WireError) -> (UInt8, UInt64) {
        let short = first & 31
        guard short <= 27 else { throw .notCanonical }
        let width = 1 << Int(short - 24)
        guard remaining > width else { throw .truncated }
        var argument: UInt64 = 0
        for offset in 1...width { argument = argument << 8 | UInt64(input[position + offset]) }
        let least: UInt64 = [24, 0x100, 0x1_0000, 0x1_0000_0000][Int(short - 24)]
        // Floats share this head but are never shortened to integers.
        guard first >> 5 == 7 || argument >= least else { throw .notCanonical }
        position += 1 + width
        return (first >> 5, argument)
    }

    package mutating func unsigned() throws(WireError) -> UInt64 {
        let (major, argument) = try head()
        guard major == 0 else { throw .unexpected("unsigned") }
        return argument
    }

    @inline(__always)
    package mutating func integer() throws(WireError) -> Int64 {
        let (major, argument) = try head()
        guard argument <= UInt64(Int64.max) else { throw .invalid("integer over 64 bits") }
        switch major {
        case 0: return Int64(argument)
        case 1: return ~Int64(argument)
        default: throw .unexpected("integer")
        }
    }

    /// The count of an array whose items take at least one byte each.
    package mutating func array(_ limit: Int, _ name: String) throws(WireError) -> Int {
        let (major, argument) = try head()
        guard major == 4 else { throw .unexpected("array") }
        return try count(argument, limit, name)
    }

    package mutating func array(exactly count: Int) throws(WireError) {
        guard try array(count, "array") == count else { throw .unexpected("array of \(count)") }
    }

    package mutating func map(_ limit: Int, _ name: String) throws(WireError) -> Int {
        let (major, argument) = try head()
        guard major == 5 else { throw .unexpected("map") }
        return try count(argument, limit, name)
    }

    private func count(_ argument: UInt64, _ limit: Int, _ name: String) throws(WireError) -> Int {
        guard argument <= UInt64(limit) else { throw .overLimit(name) }
        guard argument <= UInt64(remaining) else { throw .truncated }
        return Int(argument)
    }

    /// A byte string as a view of the input.
    package mutating func byteString(
        _ limit: Int, _ name: String
    ) throws(WireError) -> UnsafeRawBufferPointer {
        let (major, argument) = try head()
        guard major == 2 else { throw .unexpected("byte string") }
        return try slice(argument, limit, name)
    }

    package mutating func bytes(exactly count: Int) throws(WireError) -> [UInt8] {
        let view = try byteString(count, "fixed bytes")
        guard view.count == count else { throw .unexpected("\(count) bytes") }
        return Array(view)
    }

    /// Text as a view of the input; its UTF-8 is checked.
    package mutating func textView(
        _ limit: Int, _ name: String
    ) throws(WireError) -> UnsafeRawBufferPointer {
        let (major, argument) = try head()
        guard major == 3 else { throw .unexpected("text") }
        let view = try slice(argument, limit, name)
        guard isValidUTF8(view) else { throw .invalidText }
        return view
    }

    package mutating func text(_ limit: Int, _ name: String) throws(WireError) -> String {
        String(decoding: try textView(limit, name), as: UTF8.self)
    }

    private mutating func slice(
        _ length: UInt64, _ limit: Int, _ name: String
    ) throws(WireError) -> UnsafeRawBufferPointer {
        guard length <= UInt64(limit) else { throw .overLimit(name) }
        guard length <= UInt64(remaining) else { throw .truncated }
        let view = UnsafeRawBufferPointer(rebasing: input[position..<position + Int(length)])
        position += Int(length)
        return view
    }

    package mutating func identifier<Tag>(_: Tag.Type) throws(WireError) -> Identifier<Tag> {
        guard remaining >= 17 else { throw .truncated }
        guard input[position] == 0x50 else { throw .unexpected("16 bytes") }
        let high = input.loadUnaligned(fromByteOffset: position + 1, as: UInt64.self)
        let low = input.loadUnaligned(fromByteOffset: position + 9, as: UInt64.self)
        position += 17
        return Identifier(high: UInt64(bigEndian: high), low: UInt64(bigEndian: low))
    }

    package mutating func bool() throws(WireError) -> Bool {
        switch try peek() {
        case 0xF4:
            position += 1
            return false
        case 0xF5:
            position += 1
            return true
        default: throw .unexpected("boolean")
        }
    }

    /// Takes a null and says whether there was one.
    package mutating func skipNull() throws(WireError) -> Bool {
        guard try peek() == 0xF6 else { return false }
        position += 1
        return true
    }

    /// Takes an `undefined`, which stands for what the reader knows already, and says whether
    /// there was one.
    package mutating func skipKnown() throws(WireError) -> Bool {
        guard try peek() == 0xF7 else { return false }
        position += 1
        return true
    }

    package mutating func value() throws(WireError) -> Value {
        switch try peek() >> 5 {
        case 0, 1: return .integer(try integer())
        case 2: return .blob(Array(try byteString(Limits.valueBytesMax, "valueBytesMax")))
        case 3: return .text(try text(Limits.valueBytesMax, "valueBytesMax"))
        case 7: return try skipNull() ? .null : .real(try real())
        default: throw .unexpected("value")
        }
    }

    package mutating func real() throws(WireError) -> Double {
        let first = try peek()
        guard first == 0xFA || first == 0xFB else { throw .unexpected("float") }
        let (_, bits) = try head()
        let number =
            first == 0xFA ? Double(Float(bitPattern: UInt32(bits))) : Double(bitPattern: bits)
        guard !number.isNaN, !(number == 0 && number.sign == .minus) else {
            throw .invalid("NaN or negative zero")
        }
        guard first == 0xFA || Double(Float(number)) != number else { throw .notCanonical }
        return number
    }
}

/// Whether the bytes are UTF-8 (RFC 3629: no surrogates, no overlong forms); ASCII goes eight at
/// a time.
package func isValidUTF8(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var index = 0
    while index + 8 <= bytes.count,
        bytes.loadUnaligned(fromByteOffset: index, as: UInt64.self) & 0x8080_8080_8080_8080 == 0
    {
        index += 8
    }
    while index < bytes.count, bytes[index] < 0x80 { index += 1 }
    if index == bytes.count { return true }
    let rest = UnsafeBufferPointer(rebasing: bytes.assumingMemoryBound(to: UInt8.self)[index...])
    return (try? UTF8Span(validating: Span(_unsafeElements: rest))) != nil
}
