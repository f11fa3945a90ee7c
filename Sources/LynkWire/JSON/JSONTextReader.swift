import LynkCore

/// Reads one JSON text strictly: RFC 8259 and nothing more, no member twice, no deeper than
/// ``Limits/nestingMax``.
struct JSONTextReader {
    private let bytes: [UInt8]
    private var index = 0
    private var trail: [String] = []

    private init(_ bytes: [UInt8]) { self.bytes = bytes }

    static func read(_ bytes: [UInt8]) throws(JSONError) -> JSONNode {
        var reader = JSONTextReader(bytes)
        let node = try reader.node(depth: 0)
        reader.skipSpace()
        guard reader.index == bytes.count else { throw reader.syntax }
        return node
    }

    private var syntax: JSONError { JSONError("", .syntax(at: index)) }
    private var next: UInt8? { index < bytes.count ? bytes[index] : nil }

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

    private mutating func node(depth: Int) throws(JSONError) -> JSONNode {
        skipSpace()
        guard let byte = next else { throw syntax }
        switch byte {
        case UInt8(ascii: "{"), UInt8(ascii: "["):
            guard depth < Limits.nestingMax else {
                throw JSONError(trail.joined(), .overLimit("nestingMax"))
            }
            index += 1
            return byte == UInt8(ascii: "{")
                ? .object(try members(depth)) : .array(try elements(depth))
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"):
            try word("true")
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false")
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null")
            return .null
        default: return .number(try number())
        }
    }

    private mutating func members(_ depth: Int) throws(JSONError) -> [JSONNode.Member] {
        var members: [JSONNode.Member] = []
        var names: Set<[UInt8]> = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return members }
        while true {
            skipSpace()
            let name = try string()
            trail.append((trail.isEmpty ? "" : ".") + name)
            guard names.insert(Array(name.utf8)).inserted else {
                throw JSONError(trail.joined(), .duplicate)
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw syntax }
            members.append(JSONNode.Member(name, try node(depth: depth + 1)))
            trail.removeLast()
            skipSpace()
            if take(UInt8(ascii: "}")) { return members }
            guard take(UInt8(ascii: ",")) else { throw syntax }
        }
    }

    private mutating func elements(_ depth: Int) throws(JSONError) -> [JSONNode] {
        var elements: [JSONNode] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return elements }
        while true {
            trail.append("[\(elements.count)]")
            elements.append(try node(depth: depth + 1))
            trail.removeLast()
            skipSpace()
            if take(UInt8(ascii: "]")) { return elements }
            guard take(UInt8(ascii: ",")) else { throw syntax }
        }
    }

    private mutating func string() throws(JSONError) -> String {
        guard take(UInt8(ascii: "\"")) else { throw syntax }
        var text: [UInt8] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                guard let string = String(validating: text, as: UTF8.self) else { throw syntax }
                index += 1
                return string
            case UInt8(ascii: "\\"):
                index += 1
                text += Array(String(try escape()).utf8)
            case 0..<0x20: throw syntax
            default:
                text.append(byte)
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

    private mutating func number() throws(JSONError) -> String {
        let start = index
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")) { try digits() }
        if take(UInt8(ascii: ".")) { try digits() }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            try digits()
        }
        return String(decoding: bytes[start..<index], as: UTF8.self)
    }
}
