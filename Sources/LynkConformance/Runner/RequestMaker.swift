/// Makes the bytes of a request from the template of a case.
struct RequestMaker {
    let scene: CaseScene
    let device: TestDevice

    struct Made {
        var body: [UInt8]
        var sent: [TestDevice.Sent]
    }

    func body(_ template: ExchangeTemplate) throws -> Made {
        let clock = scene.world.clock
        var sent: [TestDevice.Sent] = template.offersAll ? device.taken : []
        for push in template.push {
            for _ in 0..<push.copies {
                let bytes = try changeSet(push, after: sent.last ?? device.taken.last, clock)
                sent.append(.init(oid: Hashing.sha256(bytes), bytes: bytes))
            }
        }
        return try body(template, sent, clock)
    }

    /// The body that offers change sets as they are, whatever lane they were made for.
    func body(offering sent: [TestDevice.Sent]) throws -> Made {
        try body(ExchangeTemplate(), sent, scene.world.clock)
    }

    private func body(
        _ template: ExchangeTemplate, _ sent: [TestDevice.Sent],
        _ clock: (wall: Int64, ticks: Int64)
    ) throws -> Made {
        let signature = try signature(template.signature, over: sent.last?.oid)
        var parts: [(name: String, bytes: [UInt8])] = [
            ("hello", try hello(template, sent, clock))
        ]
        if !sent.isEmpty {
            let items = sent.flatMap { CBORItem.bytes($0.bytes).encoded }
            parts.append(("change-sets", RawFrame(2, items).encoded))
        }
        parts.append(("signature", RawFrame(3, CBORItem.bytes(signature).encoded).encoded))
        var body: [UInt8] = []
        if let frames = template.frames {
            for frame in frames { body += try explicit(frame, parts) }
        } else {
            body = parts.flatMap(\.bytes)
        }
        for bend in template.bend { bend.apply(to: &body) }
        return Made(body: body, sent: sent)
    }

    private func explicit(
        _ frame: JSONValue, _ parts: [(name: String, bytes: [UInt8])]
    ) throws -> [UInt8] {
        if let name = frame.string { return parts.first { $0.name == name }?.bytes ?? [] }
        var payload = Hex.bytes(frame["hex"]?.string ?? "") ?? []
        if case .number(let times)? = frame["times"] {
            payload = (0..<times).flatMap { _ in payload }
        }
        guard case .number(let type)? = frame["type"] else { return payload }
        return RawFrame(UInt8(truncatingIfNeeded: type), payload).encoded
    }

    private func hello(
        _ template: ExchangeTemplate, _ sent: [TestDevice.Sent],
        _ clock: (wall: Int64, ticks: Int64)
    ) throws -> [UInt8] {
        let bent = template.hello
        func id(_ name: String, _ own: [UInt8]) throws -> CBORItem {
            .bytes(try bent[name]?.string.map(scene.bytes) ?? own)
        }
        func number(_ name: String, _ own: UInt64) -> CBORItem {
            if case .number(let value)? = bent[name] { return .integer(value) }
            return .unsigned(own)
        }
        let lane = try bent["lane"]?.string.map(scene.bytes) ?? device.lane
        let isOwnLane = lane == device.lane
        var head = CBORItem.null
        let count = (isOwnLane ? device.taken.count : 0) + newer(sent)
        let last = sent.last?.oid ?? (isOwnLane ? device.taken.last?.oid : nil)
        if let last { head = .array([.null, .unsigned(UInt64(count)), .bytes(last)]) }
        let mark = device.checkpoint
        let cursor = CBORItem.array([
            number("position", mark?.position ?? 0), mark?.vector ?? .array([]),
            .bytes(mark?.scopeSet ?? []),
        ])
        var extensions: [CBORMember] = []
        let ratchet = try bent["ratchet"]?.string.map(scene.bytes) ?? device.ratchet
        if !ratchet.isEmpty { extensions.append(.init(.unsigned(1), .bytes(ratchet))) }
        if let chain = mark?.chain, !chain.isEmpty {
            extensions.append(.init(.unsigned(2), .bytes(chain)))
        }
        if template.offersAll {
            let proofs = device.proofs.suffix(64).map { proof in
                CBORItem.array([proof.entries, .bytes(proof.signature)])
            }
            extensions.append(
                .init(.unsigned(4), .bytes(CBORItem.array(device.eras).encoded)))
            if !proofs.isEmpty {
                extensions.append(.init(.unsigned(5), .bytes(CBORItem.array(proofs).encoded)))
            }
        }
        var payload = CBORItem.array([
            number("version", 1), try id("device", device.id), .bytes(lane),
            .text(bent["schema"]?.string ?? "payments"), number("schema-version", 3), head, cursor,
            .array([.integer(clock.wall), .bytes(scene.world.boot), .integer(clock.ticks)]),
            .bytes(mark?.root ?? []), .map(extensions),
        ]).encoded
        if case .array(let bends)? = bent["bend"] {
            for (index, one) in bends.enumerated() {
                try Bend(one, at: "hello.bend[\(index)]").apply(to: &payload)
            }
        }
        if let hex = bent["extensions"]?.string {
            // The hello without its own map, then the map that the case gives.
            let own = CBORItem.map(extensions).encoded.count
            payload = payload.dropLast(own) + (Hex.bytes(hex) ?? [])
        }
        return RawFrame(1, payload).encoded
    }

    /// How many of these the lane does not have yet.
    private func newer(_ sent: [TestDevice.Sent]) -> Int {
        let known = Set(device.taken.map(\.oid))
        return sent.filter { !known.contains($0.oid) }.count
    }

    private func signature(_ choice: String, over oid: [UInt8]?) throws -> [UInt8] {
        let words = choice.split(separator: " ").map(String.init)
        switch words.first {
        case "none": return []
        case "short": return [UInt8](repeating: 1, count: 63)
        case "stray": return [UInt8](repeating: 1, count: 64)
        case "of" where words.count == 2:
            return try scene.device(words[1]).key.sign("lynk-change-set-1", oid ?? [])
        case "label" where words.count == 2: return device.key.sign(words[1], oid ?? [])
        case "over": return device.key.sign("lynk-change-set-1", Hashing.sha256([5]))
        default: return oid.map { device.key.sign("lynk-change-set-1", $0) } ?? []
        }
    }
}
