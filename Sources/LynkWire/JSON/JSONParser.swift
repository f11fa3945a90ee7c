import LynkCore

/// Turns the JSON of a message into its CBOR by its shape. Order and sense are the codec's to
/// check: it reads the result.
struct JSONParser {
    private(set) var writer = CBORWriter()
    private(set) var trail: [String]

    init(at trail: [String]) { self.trail = trail }

    private func failure(_ reason: JSONError.Reason) -> JSONError {
        JSONError(trail.joined(), reason)
    }

    /// The name of a part of where the parser is.
    func place(_ part: String) -> String { trail.joined() + part }

    private func expected(_ what: String) -> JSONError { failure(.expected(what)) }

    mutating func parse(_ node: JSONText, _ shape: MessageShape) throws(JSONError) {
        switch shape {
        case .bool:
            guard let value = node.bool else { throw expected("true or false") }
            writer.bool(value)
        case .number:
            guard let text = node.number, let number = UInt32(text) else {
                throw expected("a number from 0 to 4294967295")
            }
            writer.unsigned(UInt64(number))
        case .word: writer.unsigned(try word(node))
        case .integer, .running: writer.integer(try integer(node))
        case .names(let names):
            guard let text = node.string, let index = names.firstIndex(of: text) else {
                throw expected("one of \(names.joined(separator: ", "))")
            }
            writer.unsigned(UInt64(index))
        case .text(let bound): writer.text(try text(node, bound))
        case .bytes(let bound): writer.byteString(try bytes(node, bound))
        case .fixed(let count): writer.byteString(try bytes(node, exactly: count))
        case .identifier: writer.identifier(try identifier(node))
        case .value: try value(node)
        case .optional(let shape):
            if node.isNull { writer.null() } else { try parse(node, shape) }
        case .known(let shape):
            if node.string == "known" { writer.known() } else { try parse(node, shape) }
        case .record(let members): try record(node, members)
        case .list(let shape, let bound):
            let nodes = try array(node, bound)
            writer.array(nodes.count)
            for (index, node) in nodes.enumerated() {
                try inside("[\(index)]") { (parser) throws(JSONError) in
                    try parser.parse(node, shape)
                }
            }
        case .groups(let members, let bound): try groups(node, members, bound)
        case .extensions(let known): try extensions(node, known)
        case .inBytes(let shape):
            writer.byteString(try item(node, shape))
        case .sequence(let shape, let bound):
            for (index, node) in try array(node, bound).enumerated() {
                try inside("[\(index)]") { (parser) throws(JSONError) in
                    try parser.parse(node, shape)
                }
            }
        case .page: try page(node)
        }
    }

    mutating func inside(
        _ name: String, _ body: (inout Self) throws(JSONError) -> Void
    ) throws(JSONError) {
        trail.append(name)
        try body(&self)
        trail.removeLast()
    }

    /// The bytes of an item that stands alone.
    private func item(_ node: JSONText, _ shape: MessageShape) throws(JSONError) -> [UInt8] {
        var parser = JSONParser(at: trail)
        try parser.parse(node, shape)
        return parser.writer.bytes
    }

    mutating func append(_ bytes: [UInt8]) { writer.bytes.append(contentsOf: bytes) }

    // ---- parts ----

    func text(_ node: JSONText, _ bound: MessageShape.Bound) throws(JSONError) -> String {
        guard let text = node.string else { throw expected("a string") }
        guard text.utf8.count <= bound.most else { throw failure(.overLimit(bound.name)) }
        return text
    }

    func bytes(_ node: JSONText, _ bound: MessageShape.Bound) throws(JSONError) -> [UInt8] {
        guard let text = node.string, let bytes = lowerCase(text) else {
            throw expected("bytes in lower-case hexadecimal")
        }
        guard bytes.count <= bound.most else { throw failure(.overLimit(bound.name)) }
        return bytes
    }

    func bytes(_ node: JSONText, exactly count: Int) throws(JSONError) -> [UInt8] {
        guard let text = node.string, let bytes = lowerCase(text), bytes.count == count
        else { throw expected("\(count) bytes in lower-case hexadecimal") }
        return bytes
    }

    func identifier(_ node: JSONText) throws(JSONError) -> RowKey {
        guard let text = node.string, let identifier = RowKey(text),
            identifier.description == text
        else { throw expected("an identifier in lower-case hexadecimal with hyphens") }
        return identifier
    }

    /// One spelling for each number: no plus sign, no zeros in front.
    func word(_ node: JSONText) throws(JSONError) -> UInt64 {
        guard let text = node.string, let number = UInt64(text), String(number) == text
        else { throw expected("a string with a number from 0 to 18446744073709551615") }
        return number
    }

    func integer(_ node: JSONText) throws(JSONError) -> Int64 {
        guard let text = node.string, let number = Int64(text), String(number) == text
        else { throw expected("a string with a number of 64 bits") }
        return number
    }

    private func lowerCase(_ text: String) -> [UInt8]? {
        let upper = UInt8(ascii: "A")...UInt8(ascii: "F")
        guard !text.utf8.contains(where: upper.contains) else { return nil }
        return bytes(hexadecimal: text)
    }

    private func bytes(hexadecimal text: String) -> [UInt8]? {
        LynkCore.bytes(hexadecimal: text)
    }

    func array(
        _ node: JSONText, _ bound: MessageShape.Bound
    ) throws(JSONError) -> JSONText.Elements {
        guard let nodes = node.elements else { throw expected("an array") }
        guard nodes.count <= bound.most else { throw failure(.overLimit(bound.name)) }
        return nodes
    }

    /// The members of an object in the order of `names`; `nil` for one that is absent.
    func members(
        _ node: JSONText, _ names: [String], optional: Set<String> = []
    ) throws(JSONError) -> [JSONText?] {
        guard let members = node.members else { throw expected("an object") }
        var found = [JSONText?](repeating: nil, count: names.count)
        for (label, node) in members {
            let label = label.string ?? ""
            guard let index = names.firstIndex(of: label) else {
                throw JSONError((trail + ["." + label]).joined(), .unknown)
            }
            found[index] = node
        }
        for (name, node) in zip(names, found) where node == nil && !optional.contains(name) {
            throw JSONError((trail + ["." + name]).joined(), .missing)
        }
        return found
    }

    mutating func value(_ node: JSONText) throws(JSONError) {
        if node.isNull { return writer.null() }
        let what = "null or an object with one of integer, real, text, blob"
        guard var members = node.members, let (label, inner) = members.next(),
            members.next() == nil
        else { throw expected(what) }
        let name = label.string ?? ""
        let bound = MessageShape.Bound(Limits.valueBytesMax, "valueBytesMax")
        try inside("." + name) { (parser) throws(JSONError) in
            switch name {
            case "integer": parser.writer.integer(try parser.integer(inner))
            case "real": parser.writer.real(try parser.real(inner))
            case "text": parser.writer.text(try parser.text(inner, bound))
            case "blob": parser.writer.byteString(try parser.bytes(inner, bound))
            default: throw parser.failure(.unknown)
            }
        }
    }

    private func real(_ node: JSONText) throws(JSONError) -> Double {
        let letters = Set("0123456789+-.eE")
        guard let text = node.string, let number = Double(text),
            !(number == 0 && number.sign == .minus),
            number.isFinite && text.allSatisfy(letters.contains) || ["inf", "-inf"].contains(text)
        else { throw expected("a string with a decimal number, inf or -inf") }
        return number
    }

    private mutating func record(
        _ node: JSONText, _ members: [MessageShape.Member]
    ) throws(JSONError) {
        let optional = Set(members.filter(\.mayBeAbsent).map(\.name))
        let found = try self.members(node, members.map(\.name), optional: optional)
        let count = found.lastIndex { $0 != nil }.map { $0 + 1 } ?? 0
        writer.array(count)
        for (member, node) in zip(members, found).prefix(count) {
            try inside("." + member.name) { (parser) throws(JSONError) in
                guard let node else { throw parser.failure(.missing) }
                try parser.parse(node, member.shape)
            }
        }
    }

    private mutating func groups(
        _ node: JSONText, _ members: [MessageShape.Member], _ bound: MessageShape.Bound
    ) throws(JSONError) {
        let nodes = try array(node, bound)
        writer.array(members.count * nodes.count)
        var running = [UInt64](repeating: 0, count: members.count)
        for (index, node) in nodes.enumerated() {
            trail.append("[\(index)]")
            let found = try self.members(node, members.map(\.name))
            for (place, (member, node)) in zip(members, found).enumerated() {
                trail.append("." + member.name)
                if case .running = member.shape {
                    let number = try word(node ?? .null)
                    writer.integer(Int64(bitPattern: number &- running[place]))
                    running[place] = number
                } else {
                    try parse(node ?? .null, member.shape)
                }
                trail.removeLast()
            }
            trail.removeLast()
        }
    }

    private mutating func extensions(
        _ node: JSONText, _ known: [MessageShape.Extension]
    ) throws(JSONError) {
        guard let members = node.members else { throw expected("an object") }
        guard members.count <= Limits.extensionsMax else {
            throw failure(.overLimit("extensionsMax"))
        }
        var found: [(key: UInt64, bytes: [UInt8])] = []
        let bound = MessageShape.Bound(Limits.messageBytesMax, "messageBytesMax")
        for (label, node) in members {
            let name = label.string ?? ""
            trail.append("." + name)
            if let shape = known.first(where: { $0.name == name }) {
                let bytes =
                    shape.isPlain
                    ? try plain(node, shape.shape) : try item(node, shape.shape)
                found.append((shape.key, bytes))
            } else if let key = UInt64(name), String(key) == name,
                !known.contains(where: { $0.key == key })
            {
                found.append((key, try bytes(node, bound)))
            } else {
                throw failure(.unknown)
            }
            trail.removeLast()
        }
        found.sort { $0.key < $1.key }
        writer.map(found.count)
        for (key, bytes) in found {
            writer.unsigned(key)
            writer.byteString(bytes)
        }
    }

    private func plain(_ node: JSONText, _ shape: MessageShape) throws(JSONError) -> [UInt8] {
        switch shape {
        case .fixed(let count): try bytes(node, exactly: count)
        case .bytes(let bound): try bytes(node, bound)
        default: throw expected("bytes")
        }
    }
}
