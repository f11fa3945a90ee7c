import Foundation
import LynkCore
import LynkWire

/// One message that any implementation must read and write the same way.
struct GoldenVector: Codable, Equatable {
    let name: String
    /// What is in it, for a person.
    let content: String
    /// Hexadecimal digits.
    let bytes: String
    /// The content id, for a change set.
    var oid: String?
}

/// The messages of Protocol/Vectors, one file per kind.
enum GoldenVectors {
    static let folder = URL(fileURLWithPath: #filePath)
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().appendingPathComponent("Protocol/Vectors")

    static let files: [String: [GoldenVector]] = [
        "change-set": changeSets, "hello": hellos, "request": requests, "response": responses,
        "frame": frames, "page": GoldenPages.pages, "row-image": GoldenPages.rowImages,
    ]

    static func read(_ file: String) throws -> [GoldenVector] {
        let data = try Data(contentsOf: folder.appendingPathComponent(file + ".json"))
        return try JSONDecoder().decode([GoldenVector].self, from: data)
    }

    static func write(_ file: String, _ vectors: [GoldenVector]) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.prettyPrinted, .sortedKeys, .withoutEscapingSlashes]
        try (encoder.encode(vectors) + Data("\n".utf8))
            .write(to: folder.appendingPathComponent(file + ".json"))
    }

    /// SHA-256 over every vector's file, name and bytes, in order.
    static var fingerprint: String {
        let lines = files.keys.sorted().flatMap { file in
            (files[file] ?? []).map { "\(file) \($0.name) \($0.bytes)\n" }
        }
        return ContentID(hashing: Array(lines.joined().utf8)).description
    }
}

/// Plain values, easy to find again in the bytes.
private enum Plain {
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
}

extension GoldenVectors {
    private static func vector(
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
            vector("every-value", "every kind of value and every width of a number",
                Plain.everyValue),
        ]
    }

    private static var hellos: [GoldenVector] {
        [Plain.hello, Plain.helloLater].enumerated().map { index, hello in
            var writer = CBORWriter()
            hello.encode(into: &writer)
            return index == 0
                ? vector("first", "a device that has never synced", writer.bytes)
                : vector("later", "a head in its own lane, a cursor and a digest", writer.bytes)
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
        let era = EraRecord(
            era: Plain.identifier(0xE2), hub: Plain.identifier(0x88),
            parents: VersionVector([Plain.identifier(0xE1): 300]))
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
        ]
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
