import Foundation
import Synchronization

/// One case that judges a client, while it runs: the kit's hub, the program, and the device's file.
final class ClientScene {
    let door: HubDoor
    private let listener: LoopbackListener
    let adapter: AdapterProcess
    private let folder: String
    private var file: String
    private var ids: [String: [UInt8]] = [:]
    private var amounts: [String: Int64] = [:]
    private var random: SeededRandom
    /// Keys of the rows that the hub was made with.
    let shop: [UInt8]
    let worker: [UInt8]
    let area: [UInt8]
    private let code = "CKIT-0000-0001"

    /// Makes a hub with an area, a worker and a shop, and a device that is enrolled there.
    init(_ adapter: AdapterProcess, schema: BookSchema, seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        (shop, worker, area) = (random.id(), random.id(), random.id())
        var hub = HubState(schema: schema, seed: random.next())
        let now = UInt64(Date().timeIntervalSince1970 * 1000)
        let office = random.id()
        for (table, key, puts) in [
            (UInt64(2), area, [UInt64(1): CBORItem.text("Deonar")]),
            (3, worker, [1: .text("Asha"), 2: .text("+919380391760")]),
            (4, shop, [1: .text("R001"), 2: .text("Care Chemists"), 4: .bytes(area)]),
        ] {
            let stamp = hub.commit(random.bytes(32), "accepted", now: now - 60_000)
            hub.put(.init(table: table, key: key), puts, stamp, author: office)
        }
        door = HubDoor(hub)
        self.random = random
        let door = door
        listener = try LoopbackListener { door.answer($0) }
        self.adapter = adapter
        folder =
            NSTemporaryDirectory() + "/lynk-conformance-" + Hex.text(random.bytes(8))
            + "-\(ProcessInfo.processInfo.processIdentifier)"
        try FileManager.default.createDirectory(
            atPath: folder, withIntermediateDirectories: true)
        file = folder + "/device.db"
        let (worker, code) = (worker, code)
        door.inside.withLock { $0.codes[code] = worker }
        try need(["do": .string("open"), "file": .string(file)])
        try need([
            "do": .string("enroll"), "code": .string(code),
            "server": .string("http://127.0.0.1:\(listener.port)"),
        ])
    }

    func end() {
        _ = try? adapter.say(.object(["do": .string("close")]))
        listener.stop()
        try? FileManager.default.removeItem(atPath: folder)
    }

    @discardableResult
    func need(_ members: [String: JSONValue]) throws -> JSONValue {
        let answer = try adapter.say(.object(members))
        guard answer["ok"] == .bool(true) else {
            throw LineBroken(description: "\(members["do"]?.string ?? "") said \(answer.text)")
        }
        return answer
    }

    func file(_ work: ClientStep.FileWork) throws {
        func move(_ from: String, _ to: String) throws {
            for end in ["", "-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: to + end)
                if FileManager.default.fileExists(atPath: from + end) {
                    try FileManager.default.copyItem(atPath: from + end, toPath: to + end)
                }
            }
        }
        if case .kill = work {
            adapter.kill()
        } else {
            try need(["do": .string("close")])
        }
        switch work {
        case .keep(let name): try move(file, folder + "/" + name)
        case .restore(let name): try move(folder + "/" + name, file)
        case .open(let name): file = folder + "/" + name
        case .kill: break
        }
        try need(["do": .string("open"), "file": .string(file)])
    }

    // ---- names ------------------------------------------------------------------------------

    func id(_ name: String) -> [UInt8] {
        switch name {
        case "shop": return shop
        case "worker": return worker
        case "area": return area
        default:
            let made = ids[name] ?? random.id()
            ids[name] = made
            return made
        }
    }

    func amount(_ name: String) -> Int64 {
        let made = amounts[name] ?? Int64.random(in: 1_000...900_000, using: &random)
        amounts[name] = made
        return made
    }

    /// The bytes that `{id:p}`, `{shop}`, `{worker}` or hexadecimal digits stand for.
    func key(_ word: String) -> [UInt8] {
        guard word.hasPrefix("{"), word.hasSuffix("}") else { return Hex.bytes(word) ?? [] }
        let name = String(word.dropFirst().dropLast())
        return id(name.hasPrefix("id:") ? String(name.dropFirst(3)) : name)
    }

    /// A value of a case as the adapter is told it: names replaced.
    func said(_ json: JSONValue) -> JSONValue {
        guard case .object(let members) = json, let (kind, value) = members.first,
            let word = value.string
        else { return json }
        if kind == "blob" { return .object(["blob": .string(Hex.text(key(word)))]) }
        guard word.hasPrefix("{amount:") else { return json }
        return .object([kind: .string(String(amount(String(word.dropFirst(8).dropLast()))))])
    }

    func value(_ json: JSONValue) -> CBORItem { BookSchema.value(said(json)) }

    /// The fields of a whole payment at the shop.
    func payment(_ name: String) -> [String: JSONValue] {
        [
            "1": said(.object(["blob": .string("{shop}")])),
            "2": said(.object(["blob": .string("{worker}")])),
            "3": said(.object(["integer": .string("{amount:\(name)}")])),
            "5": .object(["text": .string("CASH")]),
            "8": .object(["integer": .string("1790000000000")]),
            "14": .object(["text": .string("COMPLETED")]),
        ]
    }

    /// A change of a case as the adapter is told it.
    func change(_ json: JSONValue) -> JSONValue {
        if let name = json["payment"]?.string {
            return .object([
                "table": .number(7), "kind": .string("insert"),
                "key": .string(Hex.id(id(name))), "puts": .object(payment(name)),
            ])
        }
        guard case .object(var members) = json else { return json }
        members["key"] = .string(Hex.id(key(members["key"]?.string ?? "")))
        if case .object(let puts)? = members["puts"] {
            members["puts"] = .object(puts.mapValues(said))
        }
        return .object(members)
    }
}
