import LynkCore
import LynkWire

/// Whole bodies: what they decode to is written as bytes that decode to the same.
extension FuzzTarget {
    static let messages = [
        FuzzTarget("request") { input in try request(input) },
        FuzzTarget("session") { input in try session(input) },
        FuzzTarget("verify-request") { input in
            let input = Pieces.body(input)
            guard let request = try reading(input, { try VerifyRequest.decode(input) }) else {
                return
            }
            try expect(try VerifyRequest.decode(request.encoded()) == request, "a request differs")
        },
        FuzzTarget("verify-answer") { input in
            let input = Pieces.body(input)
            guard let answer = try reading(input, { try VerifyAnswer.decode(input) }) else {
                return
            }
            try expect(try VerifyAnswer.decode(answer.encoded()) == answer, "an answer differs")
        },
        FuzzTarget("json-body") { input in try jsonBody(input) },
        FuzzTarget("captured") { input in
            // Text and a part by itself begin with other bytes than the type of a frame.
            let isFrames = [1...5, 0x10...0x19].contains { $0.contains(input.first ?? 0) }
            let input = isFrames ? Pieces.body(input) : input
            guard
                let node = try reading(
                    input, within: .captured, { try CapturedMessage.node(of: input) })
            else { return }
            try expect(try MessageJSON.read(node.encoded) == node, "the JSON reads differently")
            try expect(
                try MessageJSON.read(node.indented) == node, "indented, it reads differently")
        },
    ]

    private static func request(_ input: [UInt8]) throws {
        let input = Pieces.body(input)
        guard let request = try reading(input, { try SyncRequest.decode(input) }) else { return }
        let again = SyncRequest.encode(
            hello: request.hello, changeSets: request.changeSets.map(\.bytes),
            signature: request.signature)
        let second = try SyncRequest.decode(again)
        try expect(second.hello == request.hello, "a hello differs")
        try expect(
            second.changeSets.map(\.oid) == request.changeSets.map(\.oid), "change sets differ")
        try expect(second.signature == request.signature, "a signature differs")
    }

    /// A short hello: the first bytes say what the hub remembers.
    private static func session(_ input: [UInt8]) throws {
        guard let first = input.first else { return }
        let known = ExampleSession.all[Int(first) % ExampleSession.all.count]
        let body = Pieces.body(Array(input.dropFirst()))
        if first & 0x80 != 0 { return try brief(body, known) }
        let read = try reading(body, within: .remembering) {
            try SyncRequest.decode(body) { id, position in
                id == known.id && position == known.checkpoint.position ? known : nil
            }
        }
        guard let request = read else { return }
        let again = SyncRequest.encode(
            resuming: known, hello: request.hello, changeSets: request.changeSets.map(\.bytes),
            signature: request.signature)
        guard let again else { return }
        let second = try SyncRequest.decode(again) { _, _ in known }
        try expect(second.hello == request.hello, "a short hello differs")
        try expect(
            second.changeSets.map(\.oid) == request.changeSets.map(\.oid), "change sets differ")
    }

    private static func brief(_ body: [UInt8], _ session: ExchangeSession) throws {
        let offered = (0..<3).map { ContentID(hashing: [UInt8($0)]) }
        let exchange = ResumedExchange(
            session: session, wallMilliseconds: 1_790_000_000_000, offered: offered)
        var reader = FrameReader()
        reader.append(body)
        guard let frame = try reading(body, { try reader.next() }) ?? nil, frame.type == .brief
        else { return }
        let read = try reading(frame.payload, within: .remembering) {
            try exchange.expand(frame.payload)
        }
        guard let messages = read, case .welcome(let welcome) = messages.first,
            case .checkpoint(let checkpoint) = messages.last
        else { return }
        var receipts: [Receipt] = []
        if messages.count == 3, case .receipts(let given) = messages[1] { receipts = given }
        guard let again = exchange.brief(welcome, receipts, checkpoint) else { return }
        var second = FrameReader()
        second.append(again)
        guard let sent = try second.next() else { return }
        try expect(try exchange.expand(sent.payload) == messages, "a brief answer differs")
    }

    private static func jsonBody(_ input: [UInt8]) throws {
        guard let body = try reading(input, { try MessageJSON.body(of: input) })
        else {
            return
        }
        guard let text = try reading(body, within: .text, { try MessageJSON.text(of: body) }) else {
            return
        }
        try expect(try MessageJSON.body(of: text) == body, "a body differs after its JSON")
    }
}

extension AllocationBound {
    /// A tree, of what may have been compressed.
    static let captured = AllocationBound(
        perByte: 64 * Limits.expansionRatioMax, constant: AllocationBound.expanding.constant * 64)

    /// What the session knows is put back in.
    static let remembering = AllocationBound(perByte: 4, constant: 128 << 10)

    /// Names of members and hexadecimal make a text several times as long as its message.
    static let text = AllocationBound(perByte: 256, constant: 64 << 10)
}
