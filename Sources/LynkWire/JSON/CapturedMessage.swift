public import LynkCore

/// Shows bytes that somebody has kept of an exchange, without being told what they are: the body
/// of a request or of an answer, frames, a change set, a page or a hello by itself, or the JSON of
/// any of them; as it is or compressed with zstd.
///
/// The first byte tells them apart. Frames begin with a length, and no frame is so long that its
/// first byte is not zero; a part by itself is a CBOR array; JSON begins with a bracket, which no
/// message does.
public enum CapturedMessage {
    private static let zstdMagic: [UInt8] = [0x28, 0xB5, 0x2F, 0xFD]
    /// What stands by itself, by its first byte: an array of so many elements.
    private static let parts: [UInt8: (name: String, part: MessageJSON.Part)] = [
        0x85: ("page", .page), 0x89: ("change-set", .changeSet), 0x8A: ("hello", .frame(.hello)),
    ]

    /// The message as JSON: an array of messages for frames; for a part by itself an object with
    /// its name, and with the content id of a change set.
    ///
    /// Checked is the form. Signatures and meanings are not.
    ///
    /// - Throws: ``Problem`` `body_malformed` or `body_too_large`; the detail names the first byte
    ///   that could not be read and the member that it is in.
    public static func node(of bytes: [UInt8]) throws(Problem) -> JSONNode {
        guard bytes.count <= Limits.captureBytesMax else {
            throw WireError.overLimit("captureBytesMax").problem
        }
        guard bytes.starts(with: zstdMagic) else { return try plain(bytes, in: "") }
        let expanded: [UInt8]
        do throws(WireError) {
            expanded = try Zstd.decompress(bytes, limit: Limits.captureBytesMax)
        } catch {
            throw Problem(error.problem.code, "the zstd frame: \(error.problem.detail)")
        }
        return try plain(expanded, in: " of what was compressed")
    }

    private static func plain(_ bytes: [UInt8], in whole: String) throws(Problem) -> JSONNode {
        let space: [UInt8] = [0x20, 0x09, 0x0A, 0x0D]
        let first = bytes.first { !space.contains($0) }
        if first == UInt8(ascii: "{") || first == UInt8(ascii: "[") {
            do throws(JSONError) { return try MessageJSON.read(bytes) } catch {
                throw error.problem
            }
        }
        do throws(MessageFault) {
            return bytes.first == 0 ? try frames(bytes) : try part(bytes)
        } catch {
            let problem = error.error.problem
            let member = error.member.isEmpty ? "" : ", in \(error.member)"
            throw Problem(
                problem.code, "at byte \(error.offset)\(whole)\(member): \(problem.detail)")
        }
    }

    private static func part(_ bytes: [UInt8]) throws(MessageFault) -> JSONNode {
        guard let first = bytes.first else {
            throw MessageFault(error: .truncated, offset: 0, member: "")
        }
        guard let (name, part) = parts[first] else {
            throw MessageFault(error: .unexpected("message"), offset: 0, member: "")
        }
        do throws(MessageFault) {
            var members = [JSONNode.Member(name, try MessageJSON.node(of: bytes, as: part))]
            if case .changeSet = part {
                let oid = ContentID(hashing: bytes).description
                members.insert(JSONNode.Member("oid", .string(oid)), at: 0)
            }
            return .object(members)
        } catch {
            throw MessageFault(
                error: error.error, offset: error.offset, member: name + error.member)
        }
    }

    private static func frames(_ bytes: [UInt8]) throws(MessageFault) -> JSONNode {
        var reader = FrameReader()
        reader.append(bytes)
        var nodes: [JSONNode] = []
        while true {
            let start = reader.offset
            let next: Frame?
            do throws(WireError) { next = try reader.next() } catch {
                throw MessageFault(
                    error: error, offset: reader.offset, member: "[\(nodes.count)]")
            }
            guard let frame = next else { break }
            do throws(MessageFault) {
                nodes.append(try MessageJSON.node(of: frame))
            } catch {
                // In a message of several pieces only its start is known.
                let isWhole = reader.offset - start == frame.payload.count + Frame.overheadBytes
                let name = MessageJSON.name(of: frame.type) ?? "type-\(frame.type.rawValue)"
                throw MessageFault(
                    error: error.error, offset: isWhole ? start + 5 + error.offset : start,
                    member: "[\(nodes.count)].\(name)\(error.member)")
            }
        }
        guard reader.isEmpty else {
            throw MessageFault(
                error: .truncated, offset: reader.offset, member: "[\(nodes.count)]")
        }
        return .array(nodes)
    }
}
