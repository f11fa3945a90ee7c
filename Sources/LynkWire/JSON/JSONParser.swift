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

    mutating func parse(_ node: JSONNode, _ shape: MessageShape) throws(JSONError) {
        switch shape {
        case .bool:
            guard case .bool(let value) = node else { throw expected("true or false") }
            writer.bool(value)
        case .number:
            guard case .number(let text) = node, let number = UInt32(text) else {
                throw expected("a number from 0 to 4294967295")
            }
            writer.unsigned(UInt64(number))
        case .word: writer.unsigned(try word(node))
        case .integer, .running: writer.integer(try integer(node))
        case .names(let names):
            guard case .string(let text) = node, let index = names.firstIndex(of: text) else {
                throw expected("one of \(names.joined(separator: ", "))")
            }
            writer.unsigned(UInt64(index))
        case .text(let bound): writer.text(try text(node, bound))
        case .bytes(let bound): writer.byteString(try bytes(node, bound))
        case .fixed(let count): writer.byteString(try bytes(node, exactly: count))
        case .identifier: writer.identifier(try identifier(node))
        case .value: try value(node)
        case .optional(let shape):
            if node == .null { writer.null() } else { try parse(node, shape) }
        case .known(let shape):
            if node == .string("known") { writer.known() } else { try parse(node, shape) }
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
    private func item(_ node: JSONNode, _ shape: MessageShape) throws(JSONError) -> [UInt8] {
        var parser = JSONParser(at: trail)
        try parser.parse(node, shape)
        return parser.writer.bytes
    }

    mutating func append(_ bytes: [UInt8]) { writer.bytes.append(contentsOf: bytes) }

    // ---- parts ----

    func text(_ node: JSONNode, _ bound: MessageShape.Bound) throws(JSONError) -> String {
        guard case .string(let text) = node else { throw expected("a string") }
        guard text.utf8.count <= bound.most else { throw failure(.overLimit(bound.name)) }
        return text
    }

    func bytes(_ node: JSONNode, _ bound: MessageShape.Bound) throws(JSONError) -> [UInt8] {
        guard case .string(let text) = node, let bytes = lowerCase(text) else {
            throw expected("bytes in lower-case hexadecimal")
        }
        guard bytes.count <= bound.most else { throw failure(.overLimit(bound.name)) }
        return bytes
    }

    func bytes(_ node: JSONNode, exactly count: Int) throws(JSONError) -> [UInt8] {
        guard case .string(let text) = node, let bytes = lowerCase(text), bytes.count == count
        else { throw expected("\(count) bytes in lower-case hexadecimal") }
        return bytes
    }

    func identifier(_ node: JSONNode) throws(JSONError) -> RowKey {
        guard case .string(let text) = node, let identifier = RowKey(text),
            identifier.description == text
        else { throw expected("an identifier in lower-case hexadecimal with hyphens") }
        return identifier
    }

    /// One spelling for each number: no plus sign, no zeros in front.
    func word(_ node: JSONNode) throws(JSONError) -> UInt64 {
        guard case .string(let text) = node, let number = UInt64(text), String(number) == text
        else { throw expected("a string with a number from 0 to 18446744073709551615") }
        return number
    }

    func integer(_ node: JSONNode) throws(JSONError) -> Int64 {
        guard case .string(let text) = node, let number = Int64(text), String(number) == text
        else { throw expected("a string with a number of 64 bits") }
        return number
    }

    private func lowerCase(_ text: String) -> [UInt8]? {
        guard let bytes = bytes(hexadecimal: text), hexadecimal(bytes) == text else { return nil }
        return bytes
    }

    private func bytes(hexadecimal text: String) -> [UInt8]? {
        LynkCore.bytes(hexadecimal: text)
    }

    func array(
        _ node: JSONNode, _ bound: MessageShape.Bound
    ) throws(JSONError) -> [JSONNode] {
        guard case .array(let nodes) = node else { throw expected("an array") }
        guard nodes.count <= bound.most else { throw failure(.overLimit(bound.name)) }
        return nodes
    }

    /// The members of an object in the order of `names`; `nil` for one that is absent.
    func members(
        _ node: JSONNode, _ names: [String], optional: Set<String> = []
    ) throws(JSONError) -> [JSONNode?] {
        guard case .object(let members) = node else { throw expected("an object") }
        if let other = members.first(where: { !names.contains($0.name) }) {
            throw JSONError((trail + ["." + other.name]).joined(), .unknown)
        }
        var found: [JSONNode?] = []
        for name in names {
            let node = node[name]
            if node == nil, !optional.contains(name) {
                throw JSONError((trail + ["." + name]).joined(), .missing)
            }
            found.append(node)
        }
        return found
    }

    mutating func value(_ node: JSONNode) throws(JSONError) {
        if node == .null { return writer.null() }
        let what = "null or an object with one of integer, real, text, blob"
        guard case .object(let members) = node, members.count == 1 else { throw expected(what) }
        let bound = MessageShape.Bound(Limits.valueBytesMax, "valueBytesMax")
        try inside("." + members[0].name) { (parser) throws(JSONError) in
            let node = members[0].node
            switch members[0].name {
            case "integer": parser.writer.integer(try parser.integer(node))
            case "real": parser.writer.real(try parser.real(node))
            case "text": parser.writer.text(try parser.text(node, bound))
            case "blob": parser.writer.byteString(try parser.bytes(node, bound))
            default: throw parser.failure(.unknown)
            }
        }
    }

    private func real(_ node: JSONNode) throws(JSONError) -> Double {
        let letters = Set("0123456789+-.eE")
        guard case .string(let text) = node, let number = Double(text),
            !(number == 0 && number.sign == .minus),
            number.isFinite && text.allSatisfy(letters.contains) || ["inf", "-inf"].contains(text)
        else { throw expected("a string with a decimal number, inf or -inf") }
        return number
    }

    private mutating func record(
        _ node: JSONNode, _ members: [MessageShape.Member]
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
        _ node: JSONNode, _ members: [MessageShape.Member], _ bound: MessageShape.Bound
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
        _ node: JSONNode, _ known: [MessageShape.Extension]
    ) throws(JSONError) {
        guard case .object(let members) = node else { throw expected("an object") }
        guard members.count <= Limits.extensionsMax else {
            throw failure(.overLimit("extensionsMax"))
        }
        var found: [(key: UInt64, bytes: [UInt8])] = []
        let bound = MessageShape.Bound(Limits.messageBytesMax, "messageBytesMax")
        for member in members {
            trail.append("." + member.name)
            if let shape = known.first(where: { $0.name == member.name }) {
                let bytes =
                    shape.isPlain
                    ? try plain(member.node, shape.shape) : try item(member.node, shape.shape)
                found.append((shape.key, bytes))
            } else if let key = UInt64(member.name), String(key) == member.name,
                !known.contains(where: { $0.key == key })
            {
                found.append((key, try bytes(member.node, bound)))
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

    private func plain(_ node: JSONNode, _ shape: MessageShape) throws(JSONError) -> [UInt8] {
        switch shape {
        case .fixed(let count): try bytes(node, exactly: count)
        case .bytes(let bound): try bytes(node, bound)
        default: throw expected("bytes")
        }
    }
}
