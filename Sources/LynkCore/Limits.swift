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
    /// Change sets in one push; the rest follow in the next.
    public static let changeSetsPerPushMax = 2_000
    /// Bytes of change sets in one push.
    public static let pushBytesMax = 8 << 20
    public static let scopesPerDeviceMax = 10_000
    public static let scopeNameBytesMax = 128
    /// Arrays and maps inside one message.
    public static let nestingMax = 16
    /// Bodies shorter than this gain nothing from compression.
    public static let compressionBytesMin = 400
}
