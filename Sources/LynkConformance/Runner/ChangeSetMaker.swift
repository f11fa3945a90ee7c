/// Change sets of a case (03-change-set.md), written by the kit's own CBOR.
extension RequestMaker {
    func changeSet(
        _ template: PushTemplate, after last: TestDevice.Sent?,
        _ clock: (wall: Int64, ticks: Int64)
    ) throws -> [UInt8] {
        let previous: CBORItem
        switch template.previous {
        case "none": previous = .null
        case "unknown": previous = .bytes(Hashing.sha256(scene.id("nowhere")))
        case let word where word.hasPrefix("of "):
            let other = try scene.device(String(word.dropFirst(3))).taken.last
            previous = other.map { .bytes($0.oid) } ?? .null
        default: previous = last.map { .bytes($0.oid) } ?? .null
        }
        let wall = clock.wall - template.age * 1000
        let intent: CBORItem =
            if let words = template.intent, words.count == 2 {
                .array([.text(words[0]), .text(try scene.text(words[1]))])
            } else {
                .array([.text("collect"), .text("conformance")])
            }
        let tenant = try template.tenant.map(scene.bytes) ?? device.tenant
        let writer = try template.device.map(scene.bytes) ?? device.id
        var bytes = CBORItem.array([
            .bytes(tenant), .bytes(writer), previous, context(template.context), .unsigned(3),
            .unsigned(UInt64(max(0, wall)) << 16),
            .array([
                .integer(wall), .bytes(scene.world.boot),
                .integer(clock.ticks - template.age * 1000),
            ]),
            intent, .array(try template.changes.map(change)),
        ]).encoded
        let offset = 1 + 17 + 17 + previous.encoded.count
        for bend in template.bend { bend.apply(to: &bytes, context: offset) }
        return bytes
    }

    private func context(_ word: String) -> CBORItem {
        let known = device.checkpoint?.numbers ?? [:]
        switch word {
        case "empty": return .array([])
        case "beyond": return vector(known.mapValues { $0 + 1_000 })
        case "strange": return vector([scene.id("strange"): 1])
        case "crowded":
            return vector(
                Dictionary(uniqueKeysWithValues: (0..<33).map { (scene.id("era\($0)"), 1) }))
        default: return vector(known)
        }
    }

    private func vector(_ numbers: [[UInt8]: UInt64]) -> CBORItem {
        .array(
            numbers.sorted { $0.key.lexicographicallyPrecedes($1.key) }.flatMap {
                [CBORItem.bytes($0.key), .unsigned($0.value)]
            })
    }

    private func change(_ json: JSONValue) throws -> CBORItem {
        if let name = json["payment"]?.string { return try payment(name, json) }
        if let hex = json["hex"]?.string {
            return try CBORReader.item(Hex.bytes(hex) ?? [])
        }
        var (table, kind): (Int64, Int64) = (7, 1)
        if case .number(let value)? = json["table"] { table = value }
        if case .number(let value)? = json["kind"] { kind = value }
        let key = try scene.bytes(json["key"]?.string ?? "")
        return .array([
            .integer(table), .bytes(key), .integer(kind),
            try puts(json["puts"], to: [:]),
        ])
    }

    /// A whole payment at the shop; `puts` adds fields or puts others in their place.
    private func payment(_ name: String, _ json: JSONValue) throws -> CBORItem {
        let fields: [UInt64: CBORItem] = [
            1: .bytes(scene.world.own.shop), 2: .bytes(device.user),
            3: .integer(scene.amount(name)), 5: .text("CASH"),
            7: .text("R-" + Hex.text(scene.id(name).suffix(4))),
            8: .integer(scene.world.clock.wall), 11: .text("Care Chemists"),
            13: .bytes(scene.world.own.area), 14: .text("COMPLETED"),
        ]
        return .array([
            .unsigned(7), .bytes(scene.id(name)), .unsigned(0),
            try puts(json["puts"], to: fields),
        ])
    }

    private func puts(_ json: JSONValue?, to own: [UInt64: CBORItem]) throws -> CBORItem {
        var fields = own
        if case .object(let members)? = json {
            for (name, value) in members { fields[UInt64(name) ?? 0] = try scene.value(value) }
        }
        return .array(
            fields.sorted { $0.key < $1.key }.flatMap { [.unsigned($0.key), $0.value] })
    }
}
