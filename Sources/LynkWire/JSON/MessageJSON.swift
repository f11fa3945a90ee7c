public import LynkCore

/// Why bytes are not a message, where, and in which part of it.
public struct MessageFault: Error, Hashable, Sendable {
    public let error: WireError
    /// Bytes from the start of the payload to the item that could not be read.
    public let offset: Int
    /// The name of that item, e.g. `.changes[2].key`.
    public let member: String
}

/// The exact JSON rendering of messages (Protocol/12-json.md): what has a form in CBOR has one in
/// JSON, and the way there and back gives the same bytes.
public enum MessageJSON {
    /// The `Content-Type` of a request or an answer in JSON.
    public static let mediaType = "application/json"

    /// What a payload may be besides a frame's.
    public enum Part: Sendable {
        case changeSet
        case page
        case frame(FrameType)

        var shape: MessageShape? {
            switch self {
            case .changeSet: Shapes.changeSet
            case .page: .page
            case .frame(let type): Shapes.frames.first { $0.type == type }?.shape
            }
        }
    }

    /// The name of a type of frame in JSON; `nil` for one that this version does not know.
    public static func name(of type: FrameType) -> String? {
        Shapes.frames.first { $0.type == type }?.name
    }

    /// The JSON of a payload.
    ///
    /// Checked is the form; what a message means is for its codec to check.
    public static func node(
        of payload: [UInt8], as part: Part
    ) throws(MessageFault) -> JSONNode {
        guard let shape = part.shape else {
            throw MessageFault(error: .unexpected("known frame"), offset: 0, member: "")
        }
        return try payload.withUnsafeBufferPointer {
            (buffer) throws(MessageFault) -> JSONNode in
            var renderer = JSONRenderer()
            do throws(WireError) {
                return try renderer.whole(shape, UnsafeRawBufferPointer(buffer))
            } catch {
                let start = UnsafeRawPointer(buffer.baseAddress)
                let offset = renderer.fault.flatMap { fault in start.map { fault - $0 } }
                throw MessageFault(error: error, offset: offset ?? 0, member: renderer.member)
            }
        }
    }

    /// The payload that a JSON stands for.
    ///
    /// - Parameter member: where the JSON stands in a whole text, for failures.
    public static func payload(
        of node: JSONNode, as part: Part, at member: String = ""
    ) throws(JSONError) -> [UInt8] {
        try payload(of: JSONText(node.encoded), as: part, at: member)
    }

    private static func payload(
        of node: JSONText, as part: Part, at member: String
    ) throws(JSONError) -> [UInt8] {
        guard let shape = part.shape else { throw JSONError(member, .unknown) }
        var parser = JSONParser(at: member.isEmpty ? [] : [member])
        try parser.parse(node, shape)
        return parser.writer.bytes
    }

    /// One message as an object with one member, which its type names.
    public static func node(of frame: Frame) throws(MessageFault) -> JSONNode {
        let node = try node(of: frame.payload, as: .frame(frame.type))
        return .object([.init(name(of: frame.type) ?? "", node)])
    }

    /// The message that such an object stands for.
    public static func frame(
        of node: JSONNode, at member: String = ""
    ) throws(JSONError) -> Frame {
        try frame(of: JSONText(node.encoded), at: member)
    }

    private static func frame(of node: JSONText, at member: String) throws(JSONError) -> Frame {
        guard var members = node.members, let (label, message) = members.next(),
            members.next() == nil
        else {
            throw JSONError(member, .expected("an object with one member, the message's name"))
        }
        let name = label.string ?? ""
        let place = member + (member.isEmpty ? "" : ".") + name
        guard let found = Shapes.frames.first(where: { $0.name == name }) else {
            throw JSONError(place, .unknown)
        }
        let payload = try payload(of: message, as: .frame(found.type), at: place)
        return Frame(found.type, payload)
    }

    /// Reads a JSON text as it is, without a shape.
    public static func read(_ text: [UInt8]) throws(JSONError) -> JSONNode {
        try JSONText(text).node
    }

    /// The frames that a JSON array of messages stands for.
    public static func body(of text: [UInt8]) throws(JSONError) -> [UInt8] {
        guard text.count <= Limits.requestBytesMax else {
            throw JSONError("", .overLimit("requestBytesMax"))
        }
        guard let nodes = try JSONText(text).elements else {
            throw JSONError("", .expected("an array of messages"))
        }
        var body: [UInt8] = []
        for (index, node) in nodes.enumerated() {
            try frame(of: node, at: "[\(index)]").append(to: &body)
        }
        return body
    }

    /// The JSON array of messages that a whole body of frames stands for.
    public static func text(of body: [UInt8]) throws(WireError) -> [UInt8] {
        var stream = MessageJSONStream()
        return try stream.append(body) + stream.finish()
    }
}

/// Renders frames as they come: an array with one message on each line.
public struct MessageJSONStream: Sendable {
    private var frames = FrameReader()
    private var isEmpty = true

    public init() {}

    /// The text of the messages that these bytes complete.
    public mutating func append(_ bytes: [UInt8]) throws(WireError) -> [UInt8] {
        frames.append(bytes)
        var text: [UInt8] = []
        while let frame = try frames.next() {
            do throws(MessageFault) {
                text += Array((isEmpty ? "[\n" : ",\n").utf8)
                text += try MessageJSON.node(of: frame).encoded
                isEmpty = false
            } catch {
                throw error.error
            }
        }
        return text
    }

    /// The end of the array.
    public func finish() throws(WireError) -> [UInt8] {
        guard frames.isEmpty else { throw .truncated }
        return Array((isEmpty ? "[]\n" : "\n]\n").utf8)
    }
}
