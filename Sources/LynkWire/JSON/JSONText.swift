/// A value within a text that is known to be JSON: it is read where it stands, and nothing is
/// kept of it but where arrays and objects end. A tree of values would take 64 times the text.
package struct JSONText: Sendable {
    /// The end of an array or object, and which one begins next behind it.
    struct Span: Sendable {
        var end: UInt32
        var next: UInt32
    }

    /// The text, and its arrays and objects in the order of their first bytes.
    final class Source: Sendable {
        let bytes: [UInt8]
        let spans: [Span]

        init(_ bytes: [UInt8], _ spans: [Span]) {
            self.bytes = bytes
            self.spans = spans
        }
    }

    static let null = JSONText(source: Source(Array("null".utf8), []), start: 0, span: 0)

    let source: Source
    /// The value's first byte.
    let start: Int
    /// The first array or object at or behind the value's first byte.
    let span: Int

    private var first: UInt8 { source.bytes[start] }

    package var isNull: Bool { first == UInt8(ascii: "n") }

    package var bool: Bool? {
        switch first {
        case UInt8(ascii: "t"): true
        case UInt8(ascii: "f"): false
        default: nil
        }
    }

    /// A number as it is written.
    package var number: String? {
        guard first == UInt8(ascii: "-") || 48...57 ~= first else { return nil }
        return String(decoding: source.bytes[start..<scalarEnd], as: UTF8.self)
    }

    /// A number that is written as an integer and is one of 64 bits.
    package var integer: Int64? { number.flatMap { Int64($0) } }

    /// The characters of a string.
    package var string: String? {
        guard first == UInt8(ascii: "\"") else { return nil }
        let inner = source.bytes[(start + 1)..<(scalarEnd - 1)]
        guard inner.contains(UInt8(ascii: "\\")) else {
            return String(decoding: inner, as: UTF8.self)
        }
        return String(decoding: JSONTextReader.unescaped(inner), as: UTF8.self)
    }

    /// The elements of an array.
    package var elements: Elements? {
        first == UInt8(ascii: "[") ? Elements(at: Cursor(within: self)) : nil
    }

    /// The members of an object, in the order of the text.
    package var members: Members? {
        first == UInt8(ascii: "{") ? Members(at: Cursor(within: self)) : nil
    }

    /// The member of this name; `nil` also for what is no object.
    package subscript(name: String) -> JSONText? {
        members?.first { $0.name.string == name }?.value
    }

    /// Behind a string, a number or a word.
    private var scalarEnd: Int {
        let bytes = source.bytes
        var index = start + 1
        if first == UInt8(ascii: "\"") {
            while bytes[index] != UInt8(ascii: "\"") {
                index += bytes[index] == UInt8(ascii: "\\") ? 2 : 1
            }
            return index + 1
        }
        while index < bytes.count {
            switch bytes[index] {
            case UInt8(ascii: ","), UInt8(ascii: "]"), UInt8(ascii: "}"), 32, 9, 10, 13:
                return index
            default: index += 1
            }
        }
        return index
    }

    /// Goes from value to value.
    struct Cursor {
        let source: Source
        var index: Int
        var span: Int

        init(within value: JSONText) {
            source = value.source
            index = value.start + 1
            span = value.span + 1
        }

        /// Goes over spaces, commas and colons: where they stand has been checked.
        mutating func next() -> JSONText? {
            let bytes = source.bytes
            while index < bytes.count {
                switch bytes[index] {
                case 32, 9, 10, 13, UInt8(ascii: ","), UInt8(ascii: ":"): index += 1
                case UInt8(ascii: "]"), UInt8(ascii: "}"): return nil
                case UInt8(ascii: "["), UInt8(ascii: "{"):
                    let value = JSONText(source: source, start: index, span: span)
                    index = Int(source.spans[span].end)
                    span = Int(source.spans[span].next)
                    return value
                default:
                    let value = JSONText(source: source, start: index, span: span)
                    index = value.scalarEnd
                    return value
                }
            }
            return nil
        }
    }

    /// Elements one after another.
    package struct Elements: Sequence, IteratorProtocol {
        private var cursor: Cursor

        init(at cursor: Cursor) { self.cursor = cursor }

        package mutating func next() -> JSONText? { cursor.next() }

        var count: Int { reduce(0) { count, _ in count + 1 } }
    }

    /// Members one after another.
    package struct Members: Sequence, IteratorProtocol {
        private var cursor: Cursor

        init(at cursor: Cursor) { self.cursor = cursor }

        package mutating func next() -> (name: JSONText, value: JSONText)? {
            guard let name = cursor.next(), let value = cursor.next() else { return nil }
            return (name, value)
        }

        var count: Int { reduce(0) { count, _ in count + 1 } }
    }
}

extension JSONText {
    /// - Throws: ``JSONError`` unless the bytes are exactly one JSON text, with no member twice and
    ///   no deeper than the limit `nestingMax`.
    package init(_ bytes: [UInt8]) throws(JSONError) {
        self = try JSONTextReader.check(bytes)
    }

    /// The same as a tree.
    var node: JSONNode {
        if let elements { return .array(elements.map(\.node)) }
        if let members {
            return .object(members.map { JSONNode.Member($0.name.string ?? "", $0.value.node) })
        }
        if let string { return .string(string) }
        if let number { return .number(number) }
        return bool.map { .bool($0) } ?? .null
    }
}
