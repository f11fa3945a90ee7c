/// Generated cases for a server: honest requests that are changed, each judged by what the book
/// says of any request. The number of a case and the seed decide all of it.
package struct GeneratedRequests {
    /// Where a case comes from; cases take turns.
    package enum Kind: Int, CaseIterable, Sendable {
        /// A byte of the body is changed, added or missing: a checksum must show it.
        case body
        /// A byte of a message is changed, and its checksum is good.
        case payload
        /// An item somewhere in the hello is another item.
        case hello
        /// An item somewhere in a change set is another item, and the device signs it so.
        case changeSet
        /// A golden vector of the book with a byte changed, as a body or as a message.
        case vector
    }

    private let make: () throws -> TestWorld
    private let vectors: [[UInt8]]
    private var world: TestWorld
    private var scene: CaseScene
    private var random: SeededRandom
    private static let perWorld = 250

    /// - Parameters:
    ///   - vectors: the bytes of golden vectors.
    ///   - make: makes another town, after every 250 cases.
    package init(
        seed: UInt64, vectors: [[UInt8]], make: @escaping () throws -> TestWorld
    ) throws {
        self.make = make
        self.vectors = vectors
        world = try make()
        scene = CaseScene(world)
        random = SeededRandom(seed: seed)
    }

    /// Plays cases `0..<count`; gives what was not answered as the book says, each with the bytes
    /// that show it.
    package mutating func play(_ count: Int) throws -> [String] {
        var findings: [String] = []
        for turn in 0..<count {
            if turn % Self.perWorld == 0 { try settle(turn) }
            let kind = Kind.allCases[turn % Kind.allCases.count]
            let device = try scene.device("d1")
            let request = try request(kind, device, turn)
            let answer = try send(request.body, device)
            if let finding = try judge(answer, kind, request, device) {
                findings.append(
                    "case \(turn), \(kind): \(finding): \(Hex.text(request.body))")
            }
            if turn % 50 == 49, let finding = try honest(turn) {
                findings.append("case \(turn): after it an honest push: \(finding)")
            }
        }
        return findings
    }

    private mutating func settle(_ turn: Int) throws {
        if turn > 0 { world = try make() }
        scene = CaseScene(world)
        _ = try honest(turn)
    }

    /// An honest push is taken, whatever came before it.
    private func honest(_ turn: Int, again: Bool = true) throws -> String? {
        var device = try scene.device("d1")
        var template = ExchangeTemplate()
        template.push = [.payment("honest \(turn)")]
        let made = try RequestMaker(scene: scene, device: device).body(template)
        let answer = try send(made.body, device)
        guard answer.status == 200 else { return "status \(answer.status)" }
        let read = try Answer(answer.body)
        let breaches = AnswerLaws(read, to: device, sent: made.sent).breaches
        device.take(read, sent: made.sent)
        if read.refusal == "lane_forked", again {
            // A hello before may have named another lane: a device takes a new one then (I3).
            device.lane = world.freshID()
            device.ratchet = []
            scene.keep(device, as: "d1")
            return try honest(turn, again: false)
        }
        scene.keep(device, as: "d1")
        guard read.receipts.map(\.disposition) == ["accepted"] else {
            return "\(read.refusal ?? "no receipt")"
        }
        return breaches.first.map { "\($0.rule): \($0.what)" }
    }

    private func send(_ body: [UInt8], _ device: TestDevice) throws -> PlainAnswer {
        try world.line.send(
            "POST", "/v1/tenants/\(Hex.id(device.tenant))/sync",
            headers: [
                "Content-Type": "application/vnd.lynk.sync+cbor",
                "Authorization": "Bearer \(device.token)",
            ], body: body)
    }

    struct Changed {
        var body: [UInt8]
        /// What of it was signed as it stands.
        var sent: [TestDevice.Sent] = []
        /// Nothing is known of the message that was changed.
        var type: UInt8?
    }

    private mutating func request(
        _ kind: Kind, _ device: TestDevice, _ turn: Int
    ) throws -> Changed {
        var template = ExchangeTemplate()
        template.push = [.payment("p\(turn)")]
        let made = try RequestMaker(scene: scene, device: device).body(template)
        var frames = try RawFrame.all(in: made.body)
        switch kind {
        case .body: return Changed(body: bent(made.body))
        case .payload:
            let index = Int.random(in: frames.indices, using: &random)
            frames[index].payload = bent(frames[index].payload)
            return Changed(
                body: frames.flatMap(\.encoded), sent: index == 0 ? made.sent : [],
                type: frames[index].type)
        case .hello:
            frames[0].payload = replaced(try CBORReader.item(frames[0].payload)).encoded
            return Changed(body: frames.flatMap(\.encoded), sent: made.sent, type: 1)
        case .changeSet: return try changeSet(made, &frames, device)
        case .vector:
            guard !vectors.isEmpty else { return Changed(body: bent(made.body)) }
            let vector = vectors[turn / Kind.allCases.count % vectors.count]
            guard Bool.random(using: &random) else { return Changed(body: bent(vector)) }
            let index = Int.random(in: frames.indices, using: &random)
            frames[index].payload = bent(vector)
            return Changed(body: frames.flatMap(\.encoded), type: frames[index].type)
        }
    }

    /// A signed change set of items that nobody would write.
    private mutating func changeSet(
        _ made: RequestMaker.Made, _ frames: inout [RawFrame], _ device: TestDevice
    ) throws -> Changed {
        guard let first = made.sent.first,
            case .array(var parts) = try CBORReader.item(first.bytes), parts.count == 9
        else { return Changed(body: made.body, sent: made.sent) }
        // Tenant, device and predecessor stay: without them the push is refused as a whole (X34).
        let place = Int.random(in: 3...8, using: &random)
        parts[place] = replaced(parts[place])
        let bytes = CBORItem.array(parts).encoded
        let oid = Hashing.sha256(bytes)
        frames[1].payload = CBORItem.bytes(bytes).encoded
        frames[2].payload = CBORItem.bytes(device.key.sign("lynk-change-set-1", oid)).encoded
        if case .array(var hello) = try CBORReader.item(frames[0].payload),
            case .array(var head) = hello[5], head.count == 3
        {
            head[2] = .bytes(oid)
            hello[5] = .array(head)
            frames[0].payload = CBORItem.array(hello).encoded
        }
        return Changed(
            body: frames.flatMap(\.encoded), sent: [.init(oid: oid, bytes: bytes)], type: 2)
    }
}

extension GeneratedRequests {
    private mutating func bent(_ bytes: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return [0] }
        var bytes = bytes
        let place = Int.random(in: bytes.indices, using: &random)
        switch Int.random(in: 0..<6, using: &random) {
        case 0: bytes.remove(at: place)
        case 1: bytes.insert(UInt8.random(in: 0...255, using: &random), at: place)
        case 2: bytes.removeSubrange(place...)
        default: bytes[place] ^= UInt8.random(in: 1...255, using: &random)
        }
        return bytes
    }

    /// The item with one item somewhere in it replaced.
    private mutating func replaced(_ item: CBORItem) -> CBORItem {
        if Int.random(in: 0..<4, using: &random) > 0 {
            switch item {
            case .array(var items) where !items.isEmpty:
                let place = Int.random(in: items.indices, using: &random)
                switch Int.random(in: 0..<8, using: &random) {
                case 0: items.remove(at: place)
                case 1: items.insert(items[place], at: place)
                default: items[place] = replaced(items[place])
                }
                return .array(items)
            case .map(var members) where !members.isEmpty:
                let place = Int.random(in: members.indices, using: &random)
                members[place].value = replaced(members[place].value)
                return .map(members)
            default: break
            }
        }
        return drawn(item)
    }

    private mutating func drawn(_ item: CBORItem) -> CBORItem {
        let numbers: [UInt64] = [0, 1, 23, 24, 255, 65_536, 1 << 32, 1 << 53, 1 << 63, .max]
        switch Int.random(in: 0..<11, using: &random) {
        case 0: return .null
        case 1: return .unsigned(numbers.randomElement(using: &random) ?? 0)
        case 2: return .negative(numbers.randomElement(using: &random) ?? 0)
        case 3: return .bytes(random.bytes(Int.random(in: 0...40, using: &random)))
        case 4: return .text(String(repeating: "x", count: Int.random(in: 0...200, using: &random)))
        case 5: return .array([])
        case 6: return .map([])
        case 7: return .bool(Bool.random(using: &random))
        case 8: return .real(Double.random(in: -1e9...1e9, using: &random))
        case 9: return .undefined
        default: return .array([item, item])
        }
    }

    /// What the book says of any request, whatever was changed.
    private func judge(
        _ answer: PlainAnswer, _ kind: Kind, _ request: Changed, _ device: TestDevice
    ) throws -> String? {
        if answer.status != 200 {
            guard (400..<500).contains(answer.status) else { return "status \(answer.status)" }
            return answer.code == nil ? "a refusal without a problem code" : nil
        }
        guard kind != .body else { return "X1: changed bytes were not refused" }
        guard let read = try? Answer(answer.body) else { return "an answer that is malformed" }
        guard kind == .changeSet, read.refusal == nil else {
            if request.type == 1 || kind == .changeSet {
                // The push may be taken, in whatever lane the hello names by now.
                var told = read
                (told.pages, told.checkpoint) = ([], nil)
                var after = device
                after.take(told, sent: request.sent)
                scene.keep(after, as: "d1")
                return nil
            }
            // The signature covers every byte of the push (X34).
            if read.refusal == nil, !read.receipts.isEmpty { return "X34: changed bytes are taken" }
            return nil
        }
        var after = device
        let breaches = AnswerLaws(read, to: device, sent: request.sent).breaches
        after.take(read, sent: request.sent)
        scene.keep(after, as: "d1")
        return breaches.first.map { "\($0.rule): \($0.what)" }
    }
}

extension PushTemplate {
    /// A whole payment at the shop.
    static func payment(_ name: String) -> PushTemplate {
        PushTemplate(changes: [.object(["payment": .string(name)])])
    }
}
