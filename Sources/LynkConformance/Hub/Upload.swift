/// A request of the exchange as the kit's hub reads it, with what in it breaks the book.
struct Upload {
    struct ChangeSet {
        var oid: [UInt8]
        var bytes: [UInt8]
        var previous: [UInt8]?
        var device: [UInt8]
        var changes: [CBORItem]
        var intent: String?
        var claimed: UInt64
    }

    var device: [UInt8] = []
    var lane: [UInt8] = []
    var head: (lane: [UInt8], sequence: UInt64, oid: [UInt8])?
    var position: UInt64 = 0
    var vector: [[UInt8]: UInt64] = [:]
    var scopeSet: [UInt8] = []
    var root: [UInt8] = []
    var ratchet: [UInt8] = []
    var chain: [UInt8] = []
    /// Oids of heads that the device was answered for, and no checkpoint includes (X21).
    var keptHeads: [[UInt8]] = []
    var hasEras = false
    var hasProofs = false
    var changeSets: [ChangeSet] = []
    var signature: [UInt8] = []

    /// - Throws: ``CBORSlip`` for bytes that no writer of the book makes.
    init(_ body: [UInt8]) throws {
        let frames = try RawFrame.all(in: body)
        guard frames.first?.type == 1, frames.last?.type == 3,
            frames.dropFirst().dropLast().allSatisfy({ $0.type == 2 })
        else { throw CBORSlip(at: 0, what: "frames that are not hello, change sets, signature") }
        try hello(CBORReader.item(frames[0].payload))
        for frame in frames.dropFirst().dropLast() {
            for item in try CBORReader.sequence(frame.payload) {
                changeSets.append(try changeSet(item.blob("change set", of: 1...(4 << 20))))
            }
        }
        let last = try CBORReader.item(frames[frames.count - 1].payload)
        signature = try last.blob("signature", of: 0...64)
    }

    private mutating func hello(_ item: CBORItem) throws {
        let parts = try item.list("hello", of: 10...10)
        guard try parts[0].number("version") == 1 else {
            throw CBORSlip(at: 0, what: "a hello of another version")
        }
        device = try parts[1].id("device")
        lane = try parts[2].id("lane")
        guard try parts[3].words("schema", of: 1...128) == "payments" else {
            throw CBORSlip(at: 0, what: "a hello of another application")
        }
        _ = try parts[4].number("schema-version")
        if parts[5] != .null {
            let head = try parts[5].list("head", of: 3...3)
            self.head = (
                head[0] == .null ? lane : try head[0].id("lane"),
                try head[1].number("sequence"), try head[2].blob("oid", of: 32...32)
            )
        }
        let cursor = try parts[6].list("cursor", of: 3...3)
        position = try cursor[0].number("position")
        for group in try cursor[1].groups("vector", of: 2) {
            vector[try group[0].id("era")] = try group[1].number("number")
        }
        scopeSet = try cursor[2].blob("scope-set", of: 0...32)
        let clock = try parts[7].list("clock", of: 3...3)
        _ = try (clock[0].bits("wall"), clock[1].id("boot"), clock[2].bits("ticks"))
        root = try parts[8].blob("digest-root", of: 0...32)
        let extensions = try parts[9].extensions("hello")
        ratchet = extensions[1] ?? []
        chain = extensions[2] ?? []
        if let kept = extensions[3] {
            for head in try CBORReader.item(kept).list("kept-heads", of: 1...16) {
                keptHeads.append(
                    try head.list("head", of: 3...3)[2].blob("oid", of: 32...32))
            }
        }
        hasEras = extensions[4] != nil
        hasProofs = extensions[5] != nil
    }

    /// Puts back the `previous` that was left out, as a reader does before it hashes.
    private func changeSet(_ sent: [UInt8]) throws -> ChangeSet {
        var parts = try CBORReader.item(sent).list("change set", of: 9...9)
        if parts[2] == .undefined {
            guard let before = changeSets.last else {
                throw CBORSlip(at: 0, what: "the first change set leaves out its previous")
            }
            parts[2] = .bytes(before.oid)
        }
        let bytes = CBORItem.array(parts).encoded
        return ChangeSet(
            oid: Hashing.sha256(bytes), bytes: bytes,
            previous: parts[2] == .null ? nil : try parts[2].blob("previous", of: 32...32),
            device: try parts[1].id("device"), changes: try parts[8].list("changes"),
            intent: parts[7] == .null
                ? nil : try parts[7].list("intent", of: 2...2)[0].words("intent", of: 0...4_096),
            claimed: try parts[5].number("claimed"))
    }
}
