import LynkCore

/// The shapes of all messages, as in Protocol/lynk.cddl and under its names.
enum Shapes {
    typealias Member = MessageShape.Member
    typealias Bound = MessageShape.Bound

    static let frames: [(type: FrameType, name: String, shape: MessageShape)] = [
        (.hello, "hello", hello), (.changeSets, "change-sets", changeSets),
        (.signature, "signature", signature), (.resumedHello, "resumed-hello", resumedHello),
        (.verify, "verify", verify), (.welcome, "welcome", welcome),
        (.receipts, "receipts", receipts), (.page, "page", .page),
        (.checkpoint, "checkpoint", checkpoint), (.problem, "problem", problem),
        (.conflicts, "conflicts", conflicts), (.proof, "proof", .fixed(Limits.signatureBytes)),
        (.brief, "brief", brief), (.verified, "verified", verified),
        (.manifest, "manifest", manifest),
    ]

    // ---- words ----
    static let oid = MessageShape.fixed(32)
    static let digest = MessageShape.bytes(Bound(Limits.digestBytesMax, "digestBytesMax"))
    static let name = MessageShape.text(Bound(Limits.nameBytesMax, "nameBytesMax"))
    static let scope = MessageShape.text(Bound(Limits.scopeNameBytesMax, "scopeNameBytesMax"))
    static let mark = MessageShape.bytes(Bound(Limits.markBytesMax, "markBytesMax"))
    static let vector = MessageShape.groups(
        [Member("era", .identifier), Member("number", .word)],
        Bound(Limits.vectorEntriesMax, "vectorEntriesMax"))
    static let clock = MessageShape.record([
        Member("wall", .integer), Member("boot", .identifier), Member("ticks", .integer),
    ])
    static let head = MessageShape.record([
        Member("lane", .optional(.identifier)), Member("sequence", .word), Member("oid", oid),
    ])
    static let problem = MessageShape.record([
        Member("code", name),
        Member(
            "detail",
            .text(Bound(Limits.problemDetailBytesMax, "problemDetailBytesMax"))),
    ])
    static let eras = MessageShape.list(
        .record([
            Member("era", .identifier), Member("hub", .identifier), Member("parents", vector),
        ]), Bound(Limits.erasPerWelcomeMax, "erasPerWelcomeMax"))
    static let scopes = MessageShape.list(
        scope, Bound(Limits.scopesPerDeviceMax, "scopesPerDeviceMax"))

    // ---- change set ----
    private static let intentText = MessageShape.text(
        Bound(Limits.intentBytesMax, "intentBytesMax"))
    private static let elements = MessageShape.list(
        .value, Bound(Limits.setElementsMax, "setElementsMax"))
    private static let fields = Bound(Limits.fieldsPerTableMax, "fieldsPerTableMax")
    static let change = MessageShape.record([
        Member("table", .number), Member("key", .identifier),
        Member("kind", .names(["insert", "update", "delete"])),
        Member("puts", .groups([Member("field", .number), Member("value", .value)], fields)),
        Member(
            "adds", .groups([Member("field", .number), Member("delta", .integer)], fields),
            mayBeAbsent: true),
        Member(
            "edits",
            .groups(
                [
                    Member("field", .number), Member("added", elements),
                    Member("removed", elements),
                ], fields), mayBeAbsent: true),
    ])
    /// Parts that a push leaves out are `known`; a change set by itself has none of them.
    static let changeSet = MessageShape.record([
        Member("tenant", .known(.identifier)), Member("device", .known(.identifier)),
        Member("previous", .known(.optional(oid))), Member("context", .known(vector)),
        Member("schema-version", .known(.number)), Member("claimed", .word),
        Member(
            "made",
            .record([
                Member("wall", .known(.integer)), Member("boot", .known(.identifier)),
                Member("ticks", .known(.integer)),
            ])),
        Member(
            "intent",
            .optional(.record([Member("name", intentText), Member("arguments", intentText)]))),
        Member("changes", .list(change, Bound(Limits.changesPerSetMax, "changesPerSetMax"))),
    ])
    static let changeSets = MessageShape.sequence(
        .inBytes(changeSet), Bound(Limits.changeSetsPerPushMax, "changeSetsPerPushMax"))

    // ---- snapshots ----
    private static let snapshots = Bound(Limits.snapshotsPerHelloMax, "snapshotsPerHelloMax")
    static let heldSnapshots = MessageShape.list(
        .record([
            Member("scope", scope), Member("position", .integer),
            Member("chain", .fixed(Limits.chainBytes)),
        ]), snapshots)
    static let snapshotOffers = MessageShape.list(
        .record([Member("scope", scope), Member("rows", .integer)]), snapshots)
    static let manifest = MessageShape.record([
        Member("tenant", .identifier), Member("hub", .identifier), Member("scope", scope),
        Member("position", .integer), Member("vector", vector),
        Member("chain", .fixed(Limits.chainBytes)),
        Member(
            "segments",
            .groups(
                [
                    Member("name", oid), Member("bytes", .number), Member("compressed", .bool),
                ], Bound(Limits.segmentsPerSnapshotMax, "segmentsPerSnapshotMax"))),
        Member(
            "tables",
            .groups(
                [
                    Member("table", .number), Member("count", .word), Member("root", .fixed(16)),
                ], Bound(Limits.tablesPerSnapshotMax, "tablesPerSnapshotMax"))),
        Member("extensions", .extensions([])),
    ])

    // ---- request ----
    static let signature = MessageShape.bytes(Bound(Limits.signatureBytes, "signatureBytes"))
    private static let proof = MessageShape.record([
        Member(
            "entries",
            .groups(
                [
                    Member("oid", oid), Member("era", .identifier), Member("number", .word),
                    Member("effective", .word),
                ], Bound(Limits.changeSetsPerPushMax, "changeSetsPerPushMax"))),
        Member("signature", .fixed(Limits.signatureBytes)),
    ])
    static let hello = MessageShape.record([
        Member("version", .number), Member("device", .identifier), Member("lane", .identifier),
        Member("schema-name", name), Member("schema-version", .number),
        Member("head", .optional(head)),
        Member(
            "cursor",
            .record([
                Member("position", .integer), Member("vector", vector),
                Member("scope-set", digest),
            ])),
        Member("clock", clock), Member("digest-root", digest),
        Member(
            "extensions",
            .extensions([
                .init(1, "ratchet", .fixed(Limits.ratchetBytes), isPlain: true),
                .init(2, "chain", .fixed(Limits.chainBytes), isPlain: true),
                .init(
                    3, "kept-heads", .list(head, Bound(Limits.keptHeadsMax, "keptHeadsMax"))),
                .init(4, "eras", eras),
                .init(
                    5, "proofs",
                    .list(proof, Bound(Limits.proofsPerHelloMax, "proofsPerHelloMax"))),
                .init(6, "resume", mark, isPlain: true), .init(7, "narrowed", scopes),
                .init(8, "live", .bool), .init(9, "snapshot-rows", .integer),
                .init(10, "snapshots", heldSnapshots),
            ])),
    ])
    static let resumedHello = MessageShape.record([
        Member("session", .fixed(Limits.sessionBytes)), Member("position", .integer),
        Member("since", .integer), Member("drift", .integer),
        Member(
            "extensions",
            .extensions([
                .init(1, "ratchet", .fixed(Limits.ratchetBytes), isPlain: true),
                .init(2, "live", .bool),
            ])),
        Member("signature", signature, mayBeAbsent: true),
        Member("change-sets", .inBytes(changeSets), mayBeAbsent: true),
    ])

    // ---- response ----
    static let welcome = MessageShape.record([
        Member("version", .number), Member("hub", .identifier), Member("eras", eras),
        Member("head", .optional(head)), Member("hub-time", .word),
        Member("digest-key", digest), Member("scopes", .optional(scopes)),
        Member("refusal", .optional(problem)),
        Member(
            "extensions",
            .extensions([
                .init(1, "verdict", .names(["ok", "behind", "gap", "fork", "rollback"])),
                .init(2, "session", .fixed(Limits.sessionBytes), isPlain: true),
                .init(3, "ratchet", .fixed(Limits.ratchetBytes), isPlain: true),
                .init(4, "durable", vector), .init(5, "floor", .integer),
                .init(6, "wants-eras", .bool), .init(7, "resumed", .bool),
                .init(8, "rows-expected", .integer),
                .init(9, "hub-key", .fixed(Limits.publicKeyBytes), isPlain: true),
                .init(10, "snapshots", snapshotOffers), .init(11, "snapshots-taken", .bool),
            ])),
    ])
    private static let dispositions = ["accepted", "merged", "held", "rejected", "quarantined"]
    private static let push = Bound(Limits.changeSetsPerPushMax, "changeSetsPerPushMax")
    static let receipts = MessageShape.record([
        Member("eras", .list(.identifier, push)),
        Member(
            "receipts",
            .groups(
                [
                    Member("oid", oid), Member("disposition", .names(dispositions)),
                    Member("era", .number), Member("number", .running),
                    Member("effective", .running), Member("conflicts", .number),
                    Member("problem", .optional(problem)), Member("repeat", .bool),
                ], push)),
    ])
    static let checkpoint = MessageShape.record([
        Member("position", .integer), Member("vector", vector),
        Member("head", .optional(head)), Member("scope-set", digest),
        Member("digest-root", digest),
        Member(
            "extensions",
            .extensions([
                .init(1, "chain", .fixed(Limits.chainBytes), isPlain: true),
                .init(2, "durable", vector),
            ])),
    ])
    private static let side = MessageShape.record([
        Member("value", .value), Member("era", .identifier), Member("number", .word),
        Member("author", .identifier), Member("effective", .word),
    ])
    static let conflicts = MessageShape.list(
        .record([
            Member("position", .integer), Member("table", .number), Member("key", .identifier),
            Member("field", .optional(.number)), Member("policy", name),
            Member(
                "outcome", .names(["new-won", "current-won", "combined", "refused"])),
            Member("base", .list(.value, Bound(1, "bases of a conflict"))),
            Member("current", side), Member("new", side), Member("oid", oid),
        ]), Bound(Limits.conflictsPerFrameMax, "conflictsPerFrameMax"))
    static let brief = MessageShape.record([
        Member("hub-time", .integer),
        Member(
            "receipts",
            .groups(
                [
                    Member("kind", .number), Member("era", .number), Member("number", .integer),
                    Member("effective", .integer), Member("conflicts", .number),
                    Member("problem", .optional(problem)),
                ], push)),
        Member("position", .integer),
        Member(
            "vector", .list(.integer, Bound(Limits.vectorEntriesMax, "vectorEntriesMax"))),
        Member("digest-root", digest),
        Member(
            "extensions",
            .extensions([
                .init(1, "session", .fixed(Limits.sessionBytes), isPlain: true),
                .init(2, "ratchet", .fixed(Limits.ratchetBytes), isPlain: true),
                .init(3, "chain", .fixed(Limits.chainBytes), isPlain: true),
                .init(4, "durable", vector),
            ])),
    ])

    // ---- verify ----
    private static let ranges = Bound(Limits.verifyRangesMax, "verifyRangesMax")
    static let verify = MessageShape.record([
        Member("scope-set", digest), Member("position", .integer),
        Member(
            "asks",
            .list(
                .record([
                    Member("scope", scope), Member("table", .number),
                    Member(
                        "ranges",
                        .groups(
                            [
                                Member("lower", .identifier),
                                Member("upper", .optional(.identifier)),
                            ], ranges)),
                ]), ranges)),
    ])
    static let verified = MessageShape.record([
        Member("position", .integer), Member("scopes", scopes),
        Member(
            "digests",
            .groups(
                [
                    Member("scope", .number), Member("table", .number), Member("count", .word),
                    Member("hash", .fixed(16)),
                ], Bound(Limits.verifyDigestsMax, "verifyDigestsMax"))),
        Member(
            "parts",
            .groups(
                [
                    Member("scope", .number), Member("table", .number),
                    Member("lower", .optional(.identifier)),
                    Member("upper", .optional(.identifier)), Member("count", .word),
                    Member("hash", .fixed(16)),
                ],
                Bound(
                    Limits.verifyRangesMax * Limits.verifyPartsPerRange, "verifyPartsPerRange"))),
        Member("pages", .number),
    ])
}
