public import LynkCore

/// One message of a hub's response: a welcome, then receipts, pages and conflicts in any order,
/// then a checkpoint, and in live mode all but the welcome again; or a problem, which ends it
/// (Protocol/05-exchange.md).
public enum ResponseFrame: Hashable, Sendable {
    case welcome(Welcome)
    case receipts([Receipt])
    /// The payload of a page; ``LynkWire`` pages read it.
    case page([UInt8])
    case checkpoint(Checkpoint)
    case problem(Problem)
    case conflicts([ConflictRecord])
    /// The hub's signature over the receipts since the welcome or the proof before: see
    /// ``ReceiptProof``.
    case proof([UInt8])

    /// Receipts in one message at most, so that the longest problems still fit a message.
    private static let receiptsPerFrame = 500

    /// The message as bytes of the stream: one frame, or several for long ones.
    public func encoded() -> [UInt8] {
        var writer = CBORWriter()
        switch self {
        case .welcome(let welcome):
            welcome.encode(into: &writer)
            return Frame(.welcome, writer.bytes).encoded()
        case .receipts(let receipts):
            return Self.encoded(receipts)
        case .page(let payload):
            return Frame(.page, payload).encoded()
        case .checkpoint(let checkpoint):
            checkpoint.encode(into: &writer)
            return Frame(.checkpoint, writer.bytes).encoded()
        case .problem(let problem):
            writer.problem(problem)
            return Frame(.problem, writer.bytes).encoded()
        case .conflicts(let conflicts):
            return ConflictRecord.payloads(conflicts).flatMap { Frame(.conflicts, $0).encoded() }
        case .proof(let signature):
            writer.byteString(signature)
            return Frame(.proof, writer.bytes).encoded()
        }
    }

    private static func encoded(_ receipts: [Receipt]) -> [UInt8] {
        var bytes: [UInt8] = []
        var rest = receipts[...]
        repeat {
            var writer = CBORWriter(reserving: 64 * min(rest.count, receiptsPerFrame) + 32)
            ReceiptsCodec.encode(Array(rest.prefix(receiptsPerFrame)), into: &writer)
            Frame(.receipts, writer.bytes).append(to: &bytes)
            rest = rest.dropFirst(receiptsPerFrame)
        } while !rest.isEmpty
        return bytes
    }

    /// Decodes a frame that ``FrameReader`` gave; a page's payload is passed on unread.
    public static func decode(_ frame: Frame) throws(WireError) -> ResponseFrame {
        if frame.type == .page { return .page(frame.payload) }
        return try frame.payload.reading { (reader) throws(WireError) in
            switch frame.type {
            case .welcome: return .welcome(try Welcome(from: &reader))
            case .receipts: return .receipts(try ReceiptsCodec.decode(&reader))
            case .checkpoint: return .checkpoint(try Checkpoint(from: &reader))
            case .problem:
                guard let problem = try reader.problem() else { throw .unexpected("problem") }
                return .problem(problem)
            case .conflicts: return .conflicts(try ConflictRecord.list(&reader))
            case .proof: return .proof(try reader.bytes(exactly: Limits.signatureBytes))
            default: throw .unexpected("frame of a response")
            }
        }
    }
}
