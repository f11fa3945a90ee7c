package import LynkWire

/// A JSON text (RFC 8259) as a tree, for what is written and for what people are shown; integers
/// stay exact. What a hub answered is read where it stands (``LynkWire/JSONText``): a tree takes
/// many times the text.
package enum JSONValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    case real(Double)
    case string(String)
    case array([JSONValue])
    case object([String: JSONValue])

    package subscript(key: String) -> JSONValue? {
        if case .object(let members) = self { members[key] } else { nil }
    }

    package var stringValue: String? {
        if case .string(let text) = self { text } else { nil }
    }

    package var integerValue: Int64? {
        if case .integer(let number) = self { number } else { nil }
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral, ExpressibleByStringLiteral {
    package init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(Dictionary(elements, uniquingKeysWith: { _, last in last }))
    }

    package init(stringLiteral value: String) { self = .string(value) }
}

extension JSONValue {
    /// The tree of bytes; `nil` unless they are exactly one JSON text.
    package static func read(_ bytes: [UInt8]) -> JSONValue? {
        (try? JSONText(bytes)).map(JSONValue.init)
    }

    /// The tree of a text. A number beyond a `Double`'s range is infinite.
    package init(_ text: JSONText) {
        if let elements = text.elements {
            self = .array(elements.map(JSONValue.init))
        } else if let members = text.members {
            self = .object(
                Dictionary(
                    members.map { ($0.name.string ?? "", JSONValue($0.value)) },
                    uniquingKeysWith: { first, _ in first }))
        } else if let string = text.string {
            self = .string(string)
        } else if let number = text.number {
            self =
                Int64(number).map(JSONValue.integer)
                ?? Double(number).map(JSONValue.real) ?? .null
        } else {
            self = text.bool.map(JSONValue.bool) ?? .null
        }
    }

    /// UTF-8 without spaces, members ordered by key: equal values have equal bytes.
    package var encoded: [UInt8] {
        var bytes: [UInt8] = []
        write(to: &bytes)
        return bytes
    }

    private func write(to bytes: inout [UInt8]) {
        switch self {
        case .null: bytes += Array("null".utf8)
        case .bool(let value): bytes += Array((value ? "true" : "false").utf8)
        case .integer(let number): bytes += Array(String(number).utf8)
        case .real(let number): bytes += Array((number.isFinite ? "\(number)" : "null").utf8)
        case .string(let text): Self.write(text, to: &bytes)
        case .array(let elements):
            bytes.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                element.write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "]"))
        case .object(let members):
            bytes.append(UInt8(ascii: "{"))
            for (index, key) in members.keys.sorted().enumerated() {
                if index > 0 { bytes.append(UInt8(ascii: ",")) }
                Self.write(key, to: &bytes)
                bytes.append(UInt8(ascii: ":"))
                (members[key] ?? .null).write(to: &bytes)
            }
            bytes.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to bytes: inout [UInt8]) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20:
                bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}
