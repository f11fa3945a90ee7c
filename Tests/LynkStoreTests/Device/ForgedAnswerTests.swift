import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire
import Testing

@testable import LynkStore

/// One way to bend a hub's honest answer, and what a device does about it.
struct ForgedAnswer: Sendable, CustomTestStringConvertible {
    enum Verdict: Sendable {
        /// `response_invalid`, and not a row of the device's file is another.
        case refused
        /// Taken, and told: the digest differs, an incident keeps both roots (D3).
        case told
        /// Taken, and harmless: the next exchange brings what is missing (X7).
        case heals
    }

    let name: String
    let verdict: Verdict
    let bend: @Sendable (inout [ResponseFrame]) throws -> Void

    init(
        _ name: String, _ verdict: Verdict,
        _ bend: @escaping @Sendable (inout [ResponseFrame]) throws -> Void
    ) {
        self.name = name
        self.verdict = verdict
        self.bend = bend
    }

    var testDescription: String { name }

    private static func checkpoint(
        of frames: inout [ResponseFrame], _ bend: (Checkpoint) -> Checkpoint
    ) {
        for (index, frame) in frames.enumerated() {
            if case .checkpoint(let honest) = frame { frames[index] = .checkpoint(bend(honest)) }
        }
    }

    private static func checkpoint(
        _ honest: Checkpoint, position: Int64? = nil, vector: VersionVector? = nil,
        root: [UInt8]? = nil
    ) -> Checkpoint {
        Checkpoint(
            position: position ?? honest.position, vector: vector ?? honest.vector,
            head: honest.head, scopeSetHash: honest.scopeSetHash,
            digestRoot: root ?? honest.digestRoot, chain: honest.chain, durable: honest.durable)
    }

    private static func pages(_ frame: ResponseFrame) -> [UInt8]? {
        if case .page(let bytes) = frame { bytes } else { nil }
    }

    static let all = [
        ForgedAnswer("a vector that goes back", .refused) { frames in
            checkpoint(of: &frames) { honest in
                let dot = honest.vector.sorted.first
                return checkpoint(
                    honest, vector: dot.map { VersionVector([$0.era: 1]) } ?? .zero)
            }
        },
        ForgedAnswer("a vector of another hub's era", .refused) { frames in
            checkpoint(of: &frames) {
                checkpoint($0, vector: VersionVector([EraID(high: 9, low: 9): 1_000]))
            }
        },
        ForgedAnswer("a vector of nothing", .refused) { frames in
            checkpoint(of: &frames) { checkpoint($0, vector: .zero) }
        },
        ForgedAnswer("receipts for what was not sent", .refused) { frames in
            let receipt = Receipt(
                oid: ContentID(hashing: [1]), disposition: .accepted,
                dot: Dot(era: EraID(high: 9, low: 9), number: 1),
                effective: HybridTimestamp(rawValue: 1))
            frames.insert(.receipts([receipt]), at: 1)
        },
        ForgedAnswer("a page that is cut", .refused) { frames in
            for (index, frame) in frames.enumerated() {
                guard let bytes = pages(frame) else { continue }
                frames[index] = .page(Array(bytes.dropLast(bytes.count / 2)))
            }
        },
        ForgedAnswer("a page that claims more than it has", .refused) { frames in
            for (index, frame) in frames.enumerated() {
                guard let bytes = pages(frame) else { continue }
                frames[index] = .page(bytes + [0])
            }
        },
        ForgedAnswer("a page of noise", .refused) { frames in
            frames.insert(.page([0xFF, 0x00, 0xFF]), at: 1)
        },
        ForgedAnswer("a checkpoint without its pages", .told) { frames in
            frames.removeAll { pages($0) != nil }
        },
        ForgedAnswer("a digest of other rows", .told) { frames in
            checkpoint(of: &frames) { checkpoint($0, root: [UInt8](repeating: 7, count: 16)) }
        },
        ForgedAnswer("a row of a scope that it does not have", .refused) { frames in
            let hub = PaperHub(era: 1)
            let page = hub.page(
                try #require(ShopApplication().schema.tables.first),
                [
                    .init(
                        key: RowKey(high: 8, low: 8), values: ["2", "Far", .null, 0, "NEW", .null],
                        number: 1)
                ],
                scope: Scope("district/2"))
            frames.insert(.page(page), at: frames.count - 1)
        },
        ForgedAnswer("a position ahead of its vector", .heals) { frames in
            checkpoint(of: &frames) { checkpoint($0, position: $0.position + 500) }
        },
        ForgedAnswer("a position behind its vector", .heals) { frames in
            checkpoint(of: &frames) { checkpoint($0, position: 1) }
        },
    ]
}

@Suite("Forged answers: a typed error and the same file, or a difference that is told")
struct ForgedAnswerTests {
    /// Every row of every table, but for pages that wait for their checkpoint: those are dropped
    /// with the next welcome.
    private static func dump(_ device: TestDevice) throws -> [String] {
        try device.replica.read { database in
            let names = try String.fetchAll(
                database,
                sql: """
                    SELECT name FROM sqlite_master WHERE type = 'table'
                        AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'lynk_inbox%' ORDER BY name
                    """)
            return try names.flatMap { name in
                try Row.fetchAll(database, sql: "SELECT * FROM \"\(name)\"")
                    .map { "\(name): \($0)" }.sorted()
            }
        }
    }

    private static func take(_ frames: [ResponseFrame], _ device: TestDevice) throws -> ApplyReport?
    {
        var report: ApplyReport?
        for frame in frames {
            switch frame {
            case .welcome(let welcome): try device.replica.begin(welcome)
            case .receipts(let receipts): try device.replica.record(receipts)
            case .page(let page): try device.replica.stage(page: page)
            case .checkpoint(let checkpoint): report = try device.replica.apply(checkpoint)
            case .conflicts(let conflicts): try device.replica.record(conflicts: conflicts)
            case .proof: break
            case .problem(let problem): throw problem
            }
        }
        return report
    }

    @Test("Each bent answer, and an honest one after it", arguments: ForgedAnswer.all)
    func held(_ forged: ForgedAnswer) throws {
        let world = try World()
        let (ann, bob) = (
            try world.device("ann", district: 1), try world.device("bob", district: 1)
        )
        try ann.addShop("Care")
        try ann.sync()
        try bob.addShop("New")
        try bob.sync()
        try ann.sync()
        try bob.addShop("Newer")
        try bob.sync()
        let before = try Self.dump(ann)
        let offer = try ann.replica.offer()
        var frames = try ann.serve(
            SyncRequest.decode(
                SyncRequest.encode(hello: offer.hello, changeSets: [], signature: [])))
        try forged.bend(&frames)
        switch forged.verdict {
        case .refused:
            let problem = #expect(throws: Problem.self) { try Self.take(frames, ann) }
            #expect(problem?.code == .responseInvalid)
            #expect(try Self.dump(ann) == before)
            #expect(try ann.sync()?.digestMatches == true)
        case .told:
            #expect(try Self.take(frames, ann)?.digestMatches == false)
            #expect(try ann.rows("SELECT kind FROM sync_incidents") == ["digest"])
            #expect(try ann.sync()?.digestMatches == (forged.name == "a digest of other rows"))
            return
        case .heals:
            _ = try Self.take(frames, ann)
            try bob.addShop("Newest")
            try bob.sync()
            #expect(try ann.sync()?.digestMatches == true)
        }
        let names = try bob.rows("SELECT name FROM shop ORDER BY name")
        #expect(try ann.rows("SELECT name FROM shop ORDER BY name") == names)
        #expect(try ann.replica.status().root == ann.replica.recomputeRoot())
    }
}
