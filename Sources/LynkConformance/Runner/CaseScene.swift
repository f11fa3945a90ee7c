/// One case while it runs: its devices, its names, and what was sent under which name.
final class CaseScene {
    let world: TestWorld
    private(set) var devices: [String: TestDevice] = [:]
    private var ids: [String: [UInt8]] = [:]
    private var amounts: [String: Int64] = [:]
    var bodies: [String: (body: [UInt8], sent: [TestDevice.Sent])] = [:]

    init(_ world: TestWorld) { self.world = world }

    func device(_ name: String) throws -> TestDevice {
        if let found = devices[name] { return found }
        let made = try world.enrol(as: name)
        devices[name] = made
        return made
    }

    func keep(_ device: TestDevice, as name: String) { devices[name] = device }

    func id(_ name: String) -> [UInt8] {
        if let found = ids[name] { return found }
        let made = world.freshID()
        ids[name] = made
        return made
    }

    func amount(_ name: String) -> Int64 {
        if let found = amounts[name] { return found }
        let made = world.amount()
        amounts[name] = made
        return made
    }

    /// The bytes that a word in braces stands for, as `{id:p}`, `{shop}`, `{d1.device}`; else
    /// those of hexadecimal digits.
    func bytes(_ word: String) throws -> [UInt8] {
        guard word.hasPrefix("{"), word.hasSuffix("}") else { return Hex.bytes(word) ?? [] }
        let name = String(word.dropFirst().dropLast())
        switch name {
        case "tenant": return world.own.id
        case "other.tenant": return world.other.id
        case "shop": return world.own.shop
        case "other.shop": return world.other.shop
        case "area": return world.own.area
        case "officer": return world.officer
        default: break
        }
        if name.hasPrefix("id:") { return id(String(name.dropFirst(3))) }
        let parts = name.split(separator: ".")
        guard parts.count == 2 else { return [] }
        let found = try device(String(parts[0]))
        switch parts[1] {
        case "device": return found.id
        case "lane": return found.lane
        case "user": return found.user
        default: return []
        }
    }

    /// Text in which each word in braces is replaced by its id or number.
    func text(_ template: String) throws -> String {
        var out = ""
        var rest = template[...]
        while let open = rest.firstIndex(of: "{"), let close = rest[open...].firstIndex(of: "}") {
            out += rest[..<open]
            let word = String(rest[open...close])
            if word.hasPrefix("{amount:") {
                out += String(amount(String(word.dropFirst(8).dropLast())))
            } else if word.hasPrefix("{code:") {
                out += try device(String(word.dropFirst(6).dropLast())).code
            } else if word.hasPrefix("{key:") {
                let key = try device(String(word.dropFirst(5).dropLast())).key
                out += Hex.text(key.publicKey)
            } else if let told = try told(String(word.dropFirst().dropLast())) {
                out += told
            } else {
                let bytes = try bytes(word)
                out += bytes.isEmpty ? word : Hex.id(bytes)
            }
            rest = rest[rest.index(after: close)...]
        }
        return out + rest
    }

    /// What a step or a device has told: `oid:STEP`, `tag:DEVICE` (X40), `session:DEVICE`,
    /// `position:DEVICE`, `scope-set:DEVICE`, `lost:NAME` for the oid of what nobody has.
    private func told(_ word: String) throws -> String? {
        let parts = word.split(separator: ":", maxSplits: 1).map(String.init)
        guard parts.count == 2 else { return nil }
        switch parts[0] {
        case "oid": return Hex.text(bodies[parts[1]]?.sent.first?.oid ?? [])
        case "lost": return Hex.text(Hashing.sha256(id(parts[1])))
        case "session": return Hex.text(try device(parts[1]).session)
        case "position": return String(try device(parts[1]).checkpoint?.position ?? 0)
        case "scope-set": return Hex.text(try device(parts[1]).checkpoint?.scopeSet ?? [])
        case "tag":
            guard let mark = try device(parts[1]).checkpoint else { return "" }
            // Of a server without a backup: nothing is durable.
            let durable = Hashing.sha256([]).prefix(8)
            return "\(mark.position)-\(Hex.text(mark.chain))-\(Hex.text(mark.scopeSet))-"
                + Hex.text(Array(durable))
        default: return nil
        }
    }

    func json(_ value: JSONValue) throws -> JSONValue {
        switch value {
        case .string(let template): return .string(try text(template))
        case .array(let items): return .array(try items.map(json))
        case .object(let members): return .object(try members.mapValues(json))
        default: return value
        }
    }

    /// A field's value: null, or an object as page 12 writes it (J3).
    func value(_ json: JSONValue) throws -> CBORItem {
        guard case .object(let members) = json, let (kind, value) = members.first else {
            return .null
        }
        switch (kind, value) {
        case ("integer", .string(let word)) where word.hasPrefix("{amount:"):
            return .integer(amount(String(word.dropFirst(8).dropLast())))
        case ("integer", .string(let digits)): return .integer(Int64(digits) ?? 0)
        case ("real", .string(let digits)): return .real(Double(digits) ?? 0)
        case ("text", .string(let template)): return .text(try text(template))
        case ("text", .number(let count)):
            return .text(String(repeating: "x", count: Int(count)))
        case ("blob", .string(let word)): return .bytes(try bytes(word))
        default: return .null
        }
    }
}
