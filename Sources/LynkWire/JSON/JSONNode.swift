/// A JSON text (RFC 8259) as a tree: members keep their order, numbers their digits.
public indirect enum JSONNode: Hashable, Sendable {
    /// A named part of an object.
    public struct Member: Hashable, Sendable {
        public let name: String
        public let node: JSONNode

        public init(_ name: String, _ node: JSONNode) {
            self.name = name
            self.node = node
        }
    }

    case null
    case bool(Bool)
    /// As it is written.
    case number(String)
    case string(String)
    case array([JSONNode])
    case object([Member])

    /// The first member of this name; `nil` also for what is no object.
    public subscript(name: String) -> JSONNode? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.name == name }?.node
    }
}

extension JSONNode {
    /// UTF-8 on one line.
    public var encoded: [UInt8] {
        var writer = JSONTextWriter(indent: nil)
        writer.write(self)
        return writer.bytes
    }

    /// UTF-8 for people: members on lines of their own, short arrays and objects on one.
    public var indented: [UInt8] {
        var writer = JSONTextWriter(indent: 0)
        writer.write(self)
        return writer.bytes
    }
}

/// Writes the tree without recursion deeper than the tree itself.
private struct JSONTextWriter {
    /// The column of a line that goes on in an indented text.
    private static let columnsMax = 100

    var bytes: [UInt8] = []
    /// Levels of the current line; `nil` for one line.
    var indent: Int?

    mutating func write(_ node: JSONNode) {
        switch node {
        case .null: bytes += Array("null".utf8)
        case .bool(let value): bytes += Array((value ? "true" : "false").utf8)
        case .number(let digits): bytes += Array(digits.utf8)
        case .string(let text): string(text)
        case .array(let nodes):
            list("[", "]", nodes, fits: isShort(node)) { writer, node in writer.write(node) }
        case .object(let members):
            list("{", "}", members, fits: isShort(node)) { writer, member in
                writer.string(member.name)
                writer.bytes += Array((writer.indent == nil ? ":" : ": ").utf8)
                writer.write(member.node)
            }
        }
    }

    private mutating func list<Element>(
        _ open: Unicode.Scalar, _ close: Unicode.Scalar, _ elements: [Element], fits: Bool,
        _ body: (inout Self, Element) -> Void
    ) {
        bytes.append(UInt8(ascii: open))
        let outer = indent
        if !fits { indent = indent.map { $0 + 1 } }
        for (index, element) in elements.enumerated() {
            if index > 0 { bytes.append(UInt8(ascii: ",")) }
            if indent != nil {
                if fits { if index > 0 { bytes.append(UInt8(ascii: " ")) } } else { newLine() }
            }
            body(&self, element)
        }
        indent = outer
        if !fits, indent != nil, !elements.isEmpty { newLine() }
        bytes.append(UInt8(ascii: close))
    }

    private mutating func newLine() {
        bytes.append(UInt8(ascii: "\n"))
        bytes += [UInt8](repeating: UInt8(ascii: " "), count: 2 * (indent ?? 0))
    }

    /// Whether all of the node goes on the current line.
    private func isShort(_ node: JSONNode) -> Bool {
        guard let indent else { return true }
        return node.width(most: Self.columnsMax - 2 * indent) != nil
    }

    private mutating func string(_ text: String) {
        let digits = Array("0123456789abcdef".utf8)
        bytes.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""), UInt8(ascii: "\\"):
                bytes += [UInt8(ascii: "\\"), byte]
            case 0..<0x20, 0x7F:
                bytes += Array("\\u00".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)]]
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
    }
}

extension JSONNode {
    /// About how many columns the node takes on one line; `nil` above `most`.
    fileprivate func width(most: Int) -> Int? {
        var width = 2
        switch self {
        case .null, .bool: width = 5
        case .number(let text), .string(let text): width += text.utf8.count
        case .array(let nodes):
            for node in nodes {
                guard width <= most, let inner = node.width(most: most - width) else {
                    return nil
                }
                width += inner + 2
            }
        case .object(let members):
            for member in members {
                width += member.name.utf8.count + 6
                guard width <= most, let inner = member.node.width(most: most - width) else {
                    return nil
                }
                width += inner
            }
        }
        return width <= most ? width : nil
    }
}
