import Foundation
import LynkCore
import LynkWire

/// One message that any implementation must read and write the same way.
struct GoldenVector: Equatable {
    let name: String
    /// What is in it, for a person.
    let content: String
    /// Hexadecimal digits.
    let bytes: String
    /// The content id, for a change set.
    var oid: String?
    /// The rendering in JSON, for what has one.
    var json: JSONNode?

    /// As it stands in the file.
    var node: JSONNode {
        var members: [JSONNode.Member] = [
            .init("name", .string(name)), .init("content", .string(content)),
            .init("bytes", .string(bytes)),
        ]
        if let oid { members.append(.init("oid", .string(oid))) }
        if let json { members.append(.init("json", json)) }
        return .object(members)
    }

    init(name: String, content: String, bytes: String, oid: String? = nil, json: JSONNode? = nil) {
        self.name = name
        self.content = content
        self.bytes = bytes
        self.oid = oid
        self.json = json
    }

    init?(_ node: JSONNode) {
        guard let name = node["name"]?.text, let content = node["content"]?.text,
            let bytes = node["bytes"]?.text
        else { return nil }
        self.init(
            name: name, content: content, bytes: bytes, oid: node["oid"]?.text,
            json: node["json"])
    }
}

extension JSONNode {
    /// What a string holds.
    var text: String? {
        if case .string(let text) = self { text } else { nil }
    }
}

/// The messages of Protocol/Vectors, one file per kind.
enum GoldenVectors {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Protocol/Vectors")

    /// How the bytes of a kind become JSON and back.
    enum Form {
        case part(MessageJSON.Part)
        /// Frames in a row: an array of messages.
        case body
        /// Not a message: a frame around anything, or what is hashed.
        case none
    }

    static let forms: [String: Form] = [
        "change-set": .part(.changeSet), "hello": .part(.frame(.hello)), "request": .body,
        "response": .body, "verify": .body, "session": .body, "snapshot": .body, "frame": .none,
        "page": .part(.page), "row-image": .none, "proof": .none,
    ]

    static let files: [String: [GoldenVector]] = {
        let made = [
            "change-set": changeSets, "hello": hellos, "request": requests,
            "response": responses, "verify": GoldenExchanges.verify,
            "session": GoldenExchanges.session, "snapshot": GoldenSnapshots.manifests,
            "frame": frames, "page": GoldenPages.pages,
            "row-image": GoldenPages.rowImages, "proof": GoldenExchanges.proof,
        ]
        return Dictionary(
            uniqueKeysWithValues: made.map { file, vectors in
                let form = forms[file] ?? .none
                return (file, vectors.map { rendered($0, form) })
            })
    }()

    private static func rendered(_ vector: GoldenVector, _ form: Form) -> GoldenVector {
        var vector = vector
        guard let bytes = LynkCore.bytes(hexadecimal: vector.bytes) else { return vector }
        switch form {
        case .part(let part): vector.json = try? MessageJSON.node(of: bytes, as: part)
        case .body:
            vector.json = try? MessageJSON.read(MessageJSON.text(of: bytes))
        case .none: break
        }
        return vector
    }

    /// The bytes that a vector's JSON stands for.
    static func bytes(of json: JSONNode, in form: Form) throws -> [UInt8]? {
        switch form {
        case .part(let part): try MessageJSON.payload(of: json, as: part)
        case .body: try MessageJSON.body(of: json.encoded)
        case .none: nil
        }
    }

    static func read(_ file: String) throws -> [GoldenVector] {
        let data = try Data(contentsOf: folder.appendingPathComponent(file + ".json"))
        guard case .array(let nodes) = try MessageJSON.read(Array(data)) else { return [] }
        return nodes.compactMap { GoldenVector($0) }
    }

    static func write(_ file: String, _ vectors: [GoldenVector]) throws {
        let text = JSONNode.array(vectors.map(\.node)).indented + Array("\n".utf8)
        try Data(text).write(to: folder.appendingPathComponent(file + ".json"))
    }

    /// SHA-256 over every vector's file, name, bytes and JSON, in order.
    static var fingerprint: String {
        let lines = files.keys.sorted().flatMap { file in
            (files[file] ?? []).map { vector in
                let json = vector.json.map { String(decoding: $0.encoded, as: UTF8.self) } ?? ""
                return "\(file) \(vector.name) \(vector.bytes) \(json)\n"
            }
        }
        return ContentID(hashing: Array(lines.joined().utf8)).description
    }
}

/// Plain values, easy to find again in the bytes.
enum Plain {
    static func identifier<Tag>(_ byte: UInt64) -> Identifier<Tag> {
        Identifier(high: byte &* 0x0101_0101_0101_0101, low: byte &* 0x0101_0101_0101_0101)
    }

    static let clock = ClockReading(
        wallMilliseconds: 1_760_000_000_000, bootID: identifier(0xB0), bootMilliseconds: 86_400_000)

    static let vector = VersionVector([identifier(0xE2): 7, identifier(0xE1): 300])

    static func changeSet(
        previous: ContentID? = nil, context: VersionVector = .zero, changes: [RowChange],
        intent: Intent? = nil
    ) -> SealedChangeSet {
        ChangeSetCodec.seal(
            ChangeSet(
                tenant: identifier(0x11), device: identifier(0xD1), previous: previous,
                context: context, schemaVersion: 1, changes: changes, intent: intent,
                claimed: HybridTimestamp(milliseconds: 1_760_000_000_000, counter: 2),
                made: clock))
    }

    static let payment = changeSet(
        changes: [
            RowChange(
                table: 7, key: identifier(0xA1), kind: .insert,
                puts: [.init(1, 125_000), .init(2, "upi"), .init(4, "UTR 4312 é ₹")])
        ], intent: Intent(name: "collect", arguments: "{\"invoice\":42}"))

    static let correction = changeSet(
        previous: payment.oid, context: vector,
        changes: [
            RowChange(
                table: 7, key: identifier(0xA1), kind: .update, puts: [.init(2, "cash")],
                adds: [.init(5, -300), .init(6, 70_000)]),
            RowChange(table: 8, key: identifier(0xA2), kind: .delete),
        ])

    static let sets = changeSet(
        previous: correction.oid, context: vector,
        changes: [
            RowChange(
                table: 9, key: identifier(0xA4), kind: .update, puts: [.init(1, 1)],
                edits: [
                    SetEdit(3, added: ["blue", 7], removed: [.blob([1])]),
                    SetEdit(4, added: [], removed: ["red"]),
                ])
        ])

    static let everyValue = changeSet(
        previous: ContentID(hashing: []), context: VersionVector([identifier(0xE1): 1]),
        changes: [
            RowChange(
                table: 70_000, key: identifier(0xA3), kind: .update,
                puts: [
                    .init(0, .null), .init(1, 0), .init(2, 23), .init(3, 24), .init(4, -1),
                    .init(5, .integer(.max)), .init(6, .integer(.min)), .init(7, .real(1.5)),
                    .init(8, .real(0.1)), .init(9, .real(.infinity)), .init(10, ""),
                    .init(11, "e\u{301}"), .init(12, .blob([])), .init(24, .blob([0, 255])),
                    .init(300, .key(RowKey(high: 1, low: 2))),
                ])
        ])

    static let hello = Hello(
        device: identifier(0xD1), lane: identifier(0x1A), schemaName: "payments",
        schemaVersion: 1, head: nil, cursor: .start, clock: clock, digestRoot: [])

    static let helloLater = Hello(
        device: identifier(0xD1), lane: identifier(0x1A), schemaName: "payments",
        schemaVersion: 3,
        head: LaneHead(lane: identifier(0x1A), sequence: 2, oid: correction.oid),
        cursor: PullCursor(
            position: 307, vector: vector, scopeSetHash: [1, 2, 3, 4, 5, 6, 7, 8]),
        clock: clock, digestRoot: [UInt8](repeating: 0xDD, count: 16))

    static let era = EraRecord(
        era: identifier(0xE2), hub: identifier(0x88),
        parents: VersionVector([identifier(0xE1): 300]))

    static let proof = ReceiptProof(
        entries: [
            .init(
                oid: payment.oid, dot: Dot(era: era.era, number: 8),
                effective: HybridTimestamp(milliseconds: 1_760_000_060_000)),
            .init(
                oid: correction.oid, dot: Dot(era: identifier(0xE1), number: 3),
                effective: HybridTimestamp(milliseconds: 1_759_999_999_000, counter: 9)),
        ], signature: [UInt8](repeating: 0x5B, count: 64))

    static let helloWhole = Hello(
        device: identifier(0xD1), lane: identifier(0x1A), schemaName: "payments",
        schemaVersion: 3,
        head: LaneHead(lane: identifier(0x1A), sequence: 2, oid: correction.oid),
        cursor: helloLater.cursor, clock: clock, digestRoot: helloLater.digestRoot,
        ratchet: [UInt8](repeating: 0x4A, count: 16), chain: [UInt8](repeating: 0xCC, count: 16),
        keptHeads: [LaneHead(lane: identifier(0x1B), sequence: 9, oid: payment.oid)],
        eras: [era], proofs: [proof], resume: [0x0A, 0x0B], narrowed: ["tenant", "worker/7"],
        mode: .live)
}

extension GoldenVectors {
    static func vector(
        _ name: String, _ content: String, _ bytes: [UInt8]
    ) -> GoldenVector {
        GoldenVector(name: name, content: content, bytes: hexadecimal(bytes))
    }

    private static func vector(
        _ name: String, _ content: String, _ sealed: SealedChangeSet
    ) -> GoldenVector {
        GoldenVector(
            name: name, content: content, bytes: hexadecimal(sealed.bytes),
            oid: sealed.oid.description)
    }

    private static var changeSets: [GoldenVector] {
        [
            vector("empty", "no previous, no context, no intent, no changes",
                Plain.changeSet(changes: [])),
            vector("payment", "one insert of three fields with an intent", Plain.payment),
            vector("correction",
                "follows `payment`, knows two eras, updates with two adds, deletes",
                Plain.correction),
            vector("sets", "an edit of two sets", Plain.sets),
            vector("every-value", "every kind of value and every width of a number",
                Plain.everyValue),
        ]
    }

    private static var hellos: [GoldenVector] {
        [
            ("first", "a device that has never synced", Plain.hello),
            ("later", "a head in its own lane, a cursor and a digest", Plain.helloLater),
            ("whole", "every extension but those of snapshots", Plain.helloWhole),
            ("takes-snapshots", "a device that has never synced and takes snapshots",
                Plain.hello(snapshotRowsMin: 10_000)),
            ("snapshots", "the same with a snapshot taken in",
                Plain.hello(snapshots: [GoldenSnapshots.manifest.held])),
        ].map { name, content, hello in
            var writer = CBORWriter()
            hello.encode(into: &writer)
            return vector(name, content, writer.bytes)
        }
    }

    private static var requests: [GoldenVector] {
        let signature = [UInt8](repeating: 0x5A, count: 64)
        return [
            vector("pull", "a hello and no change sets",
                SyncRequest.encode(hello: Plain.helloLater, changeSets: [], signature: [])),
            vector("push", "`payment`, then `correction` without its previous",
                SyncRequest.encode(
                    hello: Plain.helloLater,
                    changeSets: [Plain.payment.bytes, Plain.correction.bytes],
                    signature: signature)),
        ]
    }

    private static var responses: [GoldenVector] {
        let head = LaneHead(lane: Plain.identifier(0x1A), sequence: 2, oid: Plain.correction.oid)
        let era = Plain.era
        let time = HybridTimestamp(milliseconds: 1_760_000_060_000)
        return [
            vector("welcome", "nothing new",
                ResponseFrame.welcome(
                    Welcome(
                        hub: Plain.identifier(0x88), eras: [], head: nil, hubTime: time,
                        digestKey: [], scopes: nil, refusal: nil)).encoded()),
            vector("welcome-refusal", "an era, a head, two scopes and a refusal",
                ResponseFrame.welcome(
                    Welcome(
                        hub: Plain.identifier(0x88), eras: [era], head: head, hubTime: time,
                        digestKey: [UInt8](repeating: 0x4B, count: 32),
                        scopes: ScopeUpdate(scopes: ["worker/7", "tenant"]),
                        refusal: Problem(.chainGap, "after 2"))).encoded()),
            vector("receipts", "accepted, then quarantined in an era before, repeated",
                ResponseFrame.receipts([
                    Receipt(
                        oid: Plain.payment.oid, disposition: .accepted,
                        dot: Dot(era: era.era, number: 8), effective: time),
                    Receipt(
                        oid: Plain.correction.oid, disposition: .quarantined,
                        dot: Dot(era: Plain.identifier(0xE1), number: 3),
                        effective: HybridTimestamp(milliseconds: 1_759_999_999_000, counter: 9),
                        conflicts: 2, problem: Problem(.rowUnknown, "7"), isRepeat: true),
                ]).encoded()),
            vector("checkpoint", "a position, two eras, a head, a scope set and a digest",
                ResponseFrame.checkpoint(
                    Checkpoint(
                        position: 308, vector: Plain.vector, head: head,
                        scopeSetHash: [1, 2, 3, 4, 5, 6, 7, 8],
                        digestRoot: [UInt8](repeating: 0xDD, count: 16))).encoded()),
            vector("problem", "a code and its facts",
                ResponseFrame.problem(Problem(.overloaded, "try in 5 s")).encoded()),
        ] + GoldenExchanges.responses + GoldenSnapshots.responses
    }

    private static var frames: [GoldenVector] {
        [
            vector("page", "a page frame around three bytes", Frame(.page, [1, 2, 3]).encoded()),
            vector("empty", "a page frame around nothing", Frame(.page, []).encoded()),
            vector("passed-over", "a frame of a type that readers of version 1 pass over",
                Frame(FrameType(rawValue: 0x80), [9]).encoded()),
        ]
    }
}
