public import LynkCore

extension ReceiptProof {
    /// What the hub signs under ``SignatureLabel/receipts``: the hash of the entries' bytes.
    public static func digest(of entries: [Entry]) -> ContentID {
        ContentID(hashing: canonical(entries))
    }

    /// The bytes that are hashed.
    package static func canonical(_ entries: [Entry]) -> [UInt8] {
        var writer = CBORWriter(reserving: 72 * entries.count + 8)
        writer.entries(entries)
        return writer.bytes
    }

    /// Signs receipts in the order of the response.
    public init(_ entries: [Entry], by key: DeviceKey) throws {
        self.init(
            entries: entries, signature: try key.sign(Self.digest(of: entries).bytes, as: .receipts)
        )
    }

    /// Whether the hub with this key gave these receipts.
    public func isGenuine(_ key: DevicePublicKey) -> Bool {
        key.verifies(signature, of: Self.digest(of: entries).bytes, as: .receipts)
    }

    func encode(into writer: inout CBORWriter) {
        writer.array(2)
        writer.entries(entries)
        writer.byteString(signature)
    }

    init(from reader: inout CBORReader) throws(WireError) {
        try reader.array(exactly: 2)
        let count = try reader.array(
            4 * Limits.changeSetsPerPushMax, "changeSetsPerPushMax")
        guard count.isMultiple(of: 4) else { throw .unexpected("entry of a proof") }
        var entries: [Entry] = []
        entries.reserveCapacity(count / 4)
        for _ in 0..<count / 4 {
            let oid = try reader.contentID()
            let dot = Dot(
                era: try reader.identifier(EraTag.self), number: try reader.ordinal("dot number"))
            entries.append(Entry(oid: oid, dot: dot, effective: try reader.timestamp()))
        }
        self.init(
            entries: entries, signature: try reader.bytes(exactly: Limits.signatureBytes))
    }
}

extension CBORWriter {
    /// Four elements per entry in one flat array.
    fileprivate mutating func entries(_ entries: [ReceiptProof.Entry]) {
        array(4 * entries.count)
        for entry in entries {
            contentID(entry.oid)
            identifier(entry.dot.era)
            unsigned(entry.dot.number)
            timestamp(entry.effective)
        }
    }
}
