import LynkCore

/// Checks one JSON text strictly: RFC 8259 and nothing more, no member twice, no deeper than
/// ``Limits/nestingMax``. It keeps where arrays and objects end: eight bytes for each.
struct JSONTextReader {
    /// A step on the way to where the reader is.
    private enum Place {
        case member(at: Int)
        case element(Int)
    }

    private let bytes: [UInt8]
    private var index = 0
    private var trail: [Place] = []
    private var spans: [JSONText.Span] = []

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func check(_ bytes: [UInt8]) throws(JSONError) -> JSONText {
        guard bytes.count < UInt32.max else { throw JSONError("", .overLimit("captureBytesMax")) }
        var reader = JSONTextReader(bytes)
        // Not by doubling, which holds three times as much: every one has two bytes at least.
        reader.spans.reserveCapacity(min(reader.openings, bytes.count / 2 + 1))
        reader.skipSpace()
        let start = reader.index
        try reader.value(depth: 0)
        reader.skipSpace()
        guard reader.index == bytes.count else { throw reader.syntax }
        return JSONText(source: JSONText.Source(bytes, reader.spans), start: start, span: 0)
    }

    /// The bytes of a string that was checked, without its escapes.
    static func unescaped(_ text: ArraySlice<UInt8>) -> [UInt8] {
        var reader = JSONTextReader(Array(text))
        var plain: [UInt8] = []
        plain.reserveCapacity(text.count)
        while let byte = reader.next {
            reader.index += 1
            guard byte == UInt8(ascii: "\\"), let scalar = try? reader.escape() else {
                plain.append(byte)
                continue
            }
            plain.append(contentsOf: String(scalar).utf8)
        }
        return plain
    }

    /// How many arrays and objects there are at most.
    private var openings: Int {
        var count = 0
        var isString = false
        var index = 0
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: "\""): isString.toggle()
            case UInt8(ascii: "\\") where isString: index += 1
            case UInt8(ascii: "["), UInt8(ascii: "{"): count += isString ? 0 : 1
            default: break
            }
            index += 1
        }
        return count
    }

    private var syntax: JSONError { JSONError("", .syntax(at: index)) }
    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

    /// The names on the way to where the reader is.
    private var place: String {
        var place = ""
        for (depth, part) in trail.enumerated() {
            switch part {
            case .element(let number): place += "[\(number)]"
            case .member(let start): place += (depth == 0 ? "" : ".") + name(at: start)
            }
        }
        return place
    }

    private func name(at start: Int) -> String {
        JSONText(source: JSONText.Source(bytes, []), start: start, span: 0).string ?? ""
    }

    private mutating func skipSpace() {
        while let byte = next, byte == 32 || byte == 9 || byte == 10 || byte == 13 { index += 1 }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard next == byte else { return false }
        index += 1
        return true
    }

    private mutating func word(_ word: String) throws(JSONError) {
        guard bytes[index...].starts(with: word.utf8) else { throw syntax }
        index += word.utf8.count
    }

    private mutating func value(depth: Int) throws(JSONError) {
        skipSpace()
        guard let byte = next else { throw syntax }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth < Limits.nestingMax else {
                throw JSONError(place, .overLimit("nestingMax"))
            }
            index += 1
            let span = spans.count
            spans.append(JSONText.Span(end: 0, next: 0))
            if byte == UInt8(ascii: "{") { try members(depth) } else { try elements(depth) }
            spans[span] = JSONText.Span(end: UInt32(index), next: UInt32(spans.count))
        case UInt8(ascii: "\""): try string()
        case UInt8(ascii: "t"): try word("true")
        case UInt8(ascii: "f"): try word("false")
        case UInt8(ascii: "n"): try word("null")
        default: try number()
        }
    }

    private mutating func members(_ depth: Int) throws(JSONError) {
        var names = JSONNames()
        skipSpace()
        if take(UInt8(ascii: "}")) { return }
        while true {
            skipSpace()
            let start = index
            try string()
            trail.append(.member(at: start))
            guard names.insert(start..<index, of: bytes) else {
                throw JSONError(place, .duplicate)
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw syntax }
            try value(depth: depth + 1)
            trail.removeLast()
            skipSpace()
            if take(UInt8(ascii: "}")) { return }
            guard take(UInt8(ascii: ",")) else { throw syntax }
        }
    }

    private mutating func elements(_ depth: Int) throws(JSONError) {
        var count = 0
        skipSpace()
        if take(UInt8(ascii: "]")) { return }
        while true {
            trail.append(.element(count))
            try value(depth: depth + 1)
            trail.removeLast()
            count += 1
            skipSpace()
            if take(UInt8(ascii: "]")) { return }
            guard take(UInt8(ascii: ",")) else { throw syntax }
        }
    }

    private mutating func string() throws(JSONError) {
        guard take(UInt8(ascii: "\"")) else { throw syntax }
        let start = index
        var isASCII = true
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                if !isASCII, String(validating: bytes[start..<index], as: UTF8.self) == nil {
                    throw syntax
                }
                index += 1
                return
            case UInt8(ascii: "\\"):
                index += 1
                _ = try escape()
            case 0..<0x20: throw syntax
            default:
                if byte >= 0x80 { isASCII = false }
                index += 1
            }
        }
        throw syntax
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        guard let byte = next else { throw syntax }
        index += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try codeUnit()
            if let scalar = Unicode.Scalar(unit) { return scalar }
            // Above the basic plane: a second escape holds the low surrogate.
            guard unit < 0xDC00, take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw syntax
            }
            let low = try codeUnit()
            guard 0xDC00..<0xE000 ~= low,
                let scalar = Unicode.Scalar(0x10000 + (unit - 0xD800) << 10 + (low - 0xDC00))
            else { throw syntax }
            return scalar
        default:
            index -= 1
            throw syntax
        }
    }

    private mutating func codeUnit() throws(JSONError) -> UInt32 {
        var unit: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = next, let digit = hexDigitValue(byte) else { throw syntax }
            unit = unit << 4 | UInt32(digit)
            index += 1
        }
        return unit
    }

    private mutating func digits() throws(JSONError) {
        let start = index
        while let byte = next, 48...57 ~= byte { index += 1 }
        guard index > start else { throw syntax }
    }

    private mutating func number() throws(JSONError) {
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
    }
}

/// The names of one object's members, by where they begin: four bytes for each place of a table.
private struct JSONNames {
    private var slots = [UInt32](repeating: .max, count: 16)
    private var count = 0

    /// - Parameter name: a string of the text with its quotes.
    /// - Returns: whether it is the first of its characters.
    mutating func insert(_ name: Range<Int>, of bytes: [UInt8]) -> Bool {
        let plain = Self.plain(name, bytes)
        var slot = Self.hash(plain) & (slots.count - 1)
        while slots[slot] != .max {
            let start = Int(slots[slot])
            if Self.plain(start..<Self.end(start, bytes), bytes).elementsEqual(plain) {
                return false
            }
            slot = (slot + 1) & (slots.count - 1)
        }
        slots[slot] = UInt32(name.lowerBound)
        count += 1
        if count * 4 > slots.count * 3 { grow(bytes) }
        return true
    }

    private mutating func grow(_ bytes: [UInt8]) {
        var wider = [UInt32](repeating: .max, count: slots.count * 2)
        for start in slots where start != .max {
            let name = Int(start)..<Self.end(Int(start), bytes)
            var slot = Self.hash(Self.plain(name, bytes)) & (wider.count - 1)
            while wider[slot] != .max { slot = (slot + 1) & (wider.count - 1) }
            wider[slot] = start
        }
        slots = wider
    }

    private static func plain(_ name: Range<Int>, _ bytes: [UInt8]) -> ArraySlice<UInt8> {
        let inner = bytes[(name.lowerBound + 1)..<(name.upperBound - 1)]
        guard inner.contains(UInt8(ascii: "\\")) else { return inner }
        return JSONTextReader.unescaped(inner)[...]
    }

    private static func end(_ start: Int, _ bytes: [UInt8]) -> Int {
        var index = start + 1
        while bytes[index] != UInt8(ascii: "\"") {
            index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
        }
        return index + 1
    }

    /// Seeded anew in every process, so that nobody can choose names that meet.
    private static func hash(_ name: ArraySlice<UInt8>) -> Int {
        var hasher = Hasher()
        name.withUnsafeBytes { hasher.combine(bytes: $0) }
        return hasher.finalize()
    }
}
