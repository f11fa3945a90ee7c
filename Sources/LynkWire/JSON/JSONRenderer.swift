import LynkCore

/// Turns the CBOR of a message into JSON by its shape.
///
/// After a failure ``member`` says where it was.
struct JSONRenderer {
    private(set) var trail: [String] = []
    /// Where the item starts or goes on that could not be read.
    private(set) var fault: UnsafeRawPointer?
    /// Where the item starts that is read; `nil` where the reader itself knows better.
    var item: UnsafeRawPointer?

    /// The place of the item that is read, or that could not be.
    var member: String { trail.joined() }

    mutating func render(
        _ shape: MessageShape, _ reader: inout CBORReader
    ) throws(WireError) -> JSONNode {
        item = reader.input.baseAddress.map { $0 + reader.position }
        switch shape {
        case .bool: return .bool(try reader.bool())
        case .number: return .number(String(try reader.unsigned32("number")))
        case .word: return .string(String(try reader.unsigned()))
        case .integer: return .string(String(try reader.integer()))
        case .names(let names):
            let number = try reader.unsigned()
            guard number < UInt64(names.count) else { throw .invalid("name \(number)") }
            return .string(names[Int(number)])
        case .text(let bound): return .string(try reader.text(bound.most, bound.name))
        case .bytes(let bound):
            return .string(hexadecimal(try reader.byteString(bound.most, bound.name)))
        case .fixed(let count): return .string(hexadecimal(try reader.bytes(exactly: count)))
        case .identifier: return .string(try reader.identifier(RowTag.self).description)
        case .value: return try reader.value().json
        case .optional(let shape):
            return try reader.skipNull() ? .null : try render(shape, &reader)
        case .known(let shape):
            return try reader.skipKnown() ? .string("known") : try render(shape, &reader)
        case .record(let members): return try record(members, &reader)
        case .list(let shape, let bound):
            var nodes: [JSONNode] = []
            for index in 0..<(try reader.array(bound.most, bound.name)) {
                nodes.append(try inside("[\(index)]", shape, &reader))
            }
            return .array(nodes)
        case .groups(let members, let bound): return try groups(members, bound, &reader)
        case .running: return try render(.integer, &reader)
        case .extensions(let known): return try extensions(known, &reader)
        case .inBytes(let shape):
            let view = try reader.byteString(Limits.messageBytesMax, "messageBytesMax")
            return try whole(shape, view)
        case .sequence(let shape, let bound):
            var nodes: [JSONNode] = []
            while !reader.isAtEnd {
                guard nodes.count < bound.most else { throw .overLimit(bound.name) }
                nodes.append(try inside("[\(nodes.count)]", shape, &reader))
            }
            return .array(nodes)
        case .page: return try page(&reader)
        }
    }

    /// A message that takes up all of the bytes.
    mutating func whole(
        _ shape: MessageShape, _ view: UnsafeRawBufferPointer
    ) throws(WireError) -> JSONNode {
        var reader = CBORReader(view)
        do throws(WireError) {
            let node = try render(shape, &reader)
            item = nil
            try reader.end()
            return node
        } catch {
            if fault == nil { fault = item ?? view.baseAddress.map { $0 + reader.position } }
            throw error
        }
    }

    mutating func note(_ name: String) { trail.append(name) }
    mutating func leave() { trail.removeLast() }

    private mutating func inside(
        _ name: String, _ shape: MessageShape, _ reader: inout CBORReader
    ) throws(WireError) -> JSONNode {
        trail.append(name)
        let node = try render(shape, &reader)
        trail.removeLast()
        return node
    }

    private mutating func record(
        _ members: [MessageShape.Member], _ reader: inout CBORReader
    ) throws(WireError) -> JSONNode {
        let count = try reader.array(.max, "elements")
        let least = members.firstIndex(where: \.mayBeAbsent) ?? members.count
        guard count >= least, count <= members.count else {
            throw .unexpected("array of \(members.count)")
        }
        var result: [JSONNode.Member] = []
        for member in members.prefix(count) {
            result.append(
                JSONNode.Member(
                    member.name, try inside("." + member.name, member.shape, &reader)))
        }
        return .object(result)
    }

    private mutating func groups(
        _ members: [MessageShape.Member], _ bound: MessageShape.Bound,
        _ reader: inout CBORReader
    ) throws(WireError) -> JSONNode {
        let count = try reader.array(members.count * bound.most, bound.name)
        guard count.isMultiple(of: members.count) else {
            throw .unexpected("groups of \(members.count)")
        }
        var running = [UInt64](repeating: 0, count: members.count)
        var nodes: [JSONNode] = []
        for index in 0..<count / members.count {
            trail.append("[\(index)]")
            var group: [JSONNode.Member] = []
            for (place, member) in members.enumerated() {
                if case .running = member.shape {
                    running[place] &+= UInt64(bitPattern: try reader.integer())
                    group.append(JSONNode.Member(member.name, .string(String(running[place]))))
                } else {
                    group.append(
                        JSONNode.Member(
                            member.name, try inside("." + member.name, member.shape, &reader)))
                }
            }
            trail.removeLast()
            nodes.append(.object(group))
        }
        return .array(nodes)
    }

    private mutating func extensions(
        _ known: [MessageShape.Extension], _ reader: inout CBORReader
    ) throws(WireError) -> JSONNode {
        var members: [JSONNode.Member] = []
        var last: UInt64?
        for _ in 0..<(try reader.map(Limits.extensionsMax, "extensionsMax")) {
            let key = try reader.unsigned()
            if let last, last >= key { throw .notCanonical }
            last = key
            let view = try reader.byteString(Limits.messageBytesMax, "messageBytesMax")
            guard let found = known.first(where: { $0.key == key }) else {
                // Of a later version: its bytes are kept as they are.
                members.append(JSONNode.Member(String(key), .string(hexadecimal(view))))
                continue
            }
            trail.append("." + found.name)
            let node: JSONNode =
                found.isPlain ? .string(hexadecimal(view)) : try whole(found.shape, view)
            trail.removeLast()
            members.append(JSONNode.Member(found.name, node))
        }
        return .object(members)
    }
}

extension Value {
    /// The value under the name of its kind, so that kinds survive.
    var json: JSONNode {
        switch self {
        case .null: .null
        case .integer(let number): .object([.init("integer", .string(String(number)))])
        case .real(let number): .object([.init("real", .string("\(number)"))])
        case .text(let text): .object([.init("text", .string(text))])
        case .blob(let bytes): .object([.init("blob", .string(hexadecimal(bytes)))])
        }
    }
}
