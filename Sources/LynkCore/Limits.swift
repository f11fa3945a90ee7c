/// Every bound on what comes from outside, checked before memory is taken.
public enum Limits {
    /// One frame: what must be in memory before it can be checked.
    public static let frameBytesMax = 1 << 20
    /// One change set, over several frames if need be.
    public static let changeSetBytesMax = 4 << 20
    public static let changesPerSetMax = 20_000
    public static let fieldsPerTableMax = 256
    /// Text or blob in one field; larger things are files, not rows.
    public static let valueBytesMax = 256 << 10
    /// Elements of a set, and values that stand side by side in one field.
    public static let setElementsMax = 1_024
    /// Live hubs plus unreconciled eras; above it the operator is called.
    public static let vectorEntriesMax = 32
    public static let intentBytesMax = 4 << 10
    /// One request body, decompressed: a full push and room for the hello.
    public static let requestBytesMax = 16 << 20
    /// zstd may expand a body at most this much, and never past the absolute bound.
    public static let expansionRatioMax = 200
    /// What a page aims at; the last row may take it a little over.
    public static let pageBytesTarget = 192 << 10
    public static let rowsPerPageMax = 4_096
    /// Rows of one answer of a query that is read page by page.
    public static let queryPageRowsMax = 200
    /// Change sets in one push; the rest follow in the next.
    public static let changeSetsPerPushMax = 2_000
    /// Bytes of change sets in one push.
    public static let pushBytesMax = 8 << 20
    /// An Ed25519 signature (RFC 8032).
    public static let signatureBytes = 64
    /// Eras that one welcome may name; each start of a hub makes at most one per tenant.
    public static let erasPerWelcomeMax = 65_536
    /// Names on the wire: of a schema, of a problem.
    public static let nameBytesMax = 128
    /// The facts of one problem; longer ones are cut by the sender.
    public static let problemDetailBytesMax = 4 << 10
    /// Short hashes and keys on the wire.
    public static let digestBytesMax = 32
    public static let scopesPerDeviceMax = 10_000
    public static let scopeNameBytesMax = 128
    /// Arrays and maps inside one message.
    public static let nestingMax = 16
    /// Bodies shorter than this gain nothing from compression.
    public static let compressionBytesMin = 400
    /// A message that was split over frames, put together again.
    public static let messageBytesMax = changeSetBytesMax + frameBytesMax
    /// The window that a zstd stream may make its reader keep (RFC 8878 section 3.1.1.1.2).
    public static let zstdWindowLogMax = 23
    /// What may be expanded before the ratio counts: short bodies of zeros are honest.
    public static let expansionFreeBytes = 1 << 20
    /// Members of a message's extensions.
    public static let extensionsMax = 16
    /// What a hub gives a device to present at its next push.
    public static let ratchetBytes = 16
    /// What travels of a chain hash.
    public static let chainBytes = 16
    public static let sessionBytes = 8
    /// An Ed25519 public key (RFC 8032).
    public static let publicKeyBytes = 32
    /// Lanes that a change set's chain came through, as far back as a hub takes what was written
    /// there for known; earlier ones cost a conflict.
    public static let lanesBehindMax = 64
    /// Earlier lanes of one device that a hello names.
    public static let keptHeadsMax = 16
    /// Signed responses that a hello presents to a hub which was restored.
    public static let proofsPerHelloMax = 64
    /// A hub's note in a page of where its pull stood.
    public static let markBytesMax = 256
    /// The proof of an enrolment.
    public static let enrolmentProofBytesMax = 4 << 10
    /// Conflicts in one message.
    public static let conflictsPerFrameMax = 500
    /// Ranges that one step of a comparison asks for, and tables of scopes that it names.
    public static let verifyRangesMax = 256
    /// Parts that a larger range is split into.
    public static let verifyPartsPerRange = 32
    /// A range with at most so many rows is answered with the rows.
    public static let verifyRowsPerRange = 32
    /// Tables of scopes whose digests one answer names.
    public static let verifyDigestsMax = 65_536
    /// Rows that a hub reads for one verify request; what is left is asked for again.
    public static let verifyReadsMax = 1 << 20
    /// One segment of a snapshot, compressed or not: what a cut line may have to repeat at most,
    /// and what must be in memory before its hash can be checked.
    public static let segmentBytesMax = 4 << 20
    /// Segments of one snapshot.
    public static let segmentsPerSnapshotMax = 16_384
    /// Tables of one snapshot.
    public static let tablesPerSnapshotMax = 4_096
    /// Snapshots that a welcome offers or a hello names.
    public static let snapshotsPerHelloMax = 64
    /// Commits that one history of a row goes back.
    public static let historyStepsMax = 1_000
    /// About how many bytes of values one history holds; the newest commit is in it in any case.
    public static let historyBytesMax = 4 << 20
    /// A captured message as a person gives it to a tool, expanded.
    public static let captureBytesMax = 64 << 20
}
