public import LynkCore

/// Change sets as canonical bytes, the bytes that their content id is the hash of.
///
/// One value has one encoding, and ``open(_:)`` takes nothing else: no other order, no longer
/// number, no bytes after the end. Layout: `change-set` in Protocol/lynk.cddl; rules:
/// Protocol/03-change-set.md.
public enum ChangeSetCodec {
    /// The elements of the outer array.
    static let elements = 9
    /// Where `previous` starts: after the array's head, the tenant and the device.
    static let previousOffset = 35

    /// Encodes and names a change set of this replica's own making.
    ///
    /// The caller keeps to ``Limits``, names each field at most once in a change, gives a delete
    /// no fields, and has refused NaN and negative zero; else the result does not open again.
    public static func seal(_ content: ChangeSet) -> SealedChangeSet {
        var writer = CBORWriter(reserving: 192 + 96 * content.changes.count)
        writer.array(elements)
        writer.identifier(content.tenant)
        writer.identifier(content.device)
        if let previous = content.previous { writer.contentID(previous) } else { writer.null() }
        writer.vector(content.context)
        writer.unsigned(UInt64(content.schemaVersion))
        writer.timestamp(content.claimed)
        writer.clock(content.made)
        if let intent = content.intent {
            writer.array(2)
            writer.text(intent.name)
            writer.text(intent.arguments)
        } else {
            writer.null()
        }
        writer.array(content.changes.count)
        for change in content.changes { writer.change(change) }
        return SealedChangeSet(
            oid: contentID(of: writer.bytes), bytes: writer.bytes, content: content)
    }

    /// Decodes a change set and computes its content id.
    ///
    /// - Throws: ``WireError`` for bytes that ``seal(_:)`` does not make.
    public static func open(_ bytes: [UInt8]) throws(WireError) -> SealedChangeSet {
        guard bytes.count <= Limits.changeSetBytesMax else { throw .overLimit("changeSetBytesMax") }
        let content = try bytes.reading { (reader) throws(WireError) in try reader.changeSet() }
        return SealedChangeSet(oid: contentID(of: bytes), bytes: bytes, content: content)
    }

    /// Opens what a device offers, also when it does not decode, provided that its head does.
    ///
    /// The name of bytes is their hash, whatever they say, and the head names the predecessor. So
    /// an unreadable change set has its place in the chain, and the signature of the push covers
    /// it and what is before it.
    /// - Throws: ``WireError`` when not even the head can be read.
    package static func offered(_ bytes: [UInt8]) throws(WireError) -> SealedChangeSet {
        let slip: WireError
        do throws(WireError) { return try open(bytes) } catch { slip = error }
        let content = try bytes.withUnsafeBufferPointer {
            (buffer) throws(WireError) -> ChangeSet in
            var reader = CBORReader(UnsafeRawBufferPointer(buffer))
            return try reader.head()
        }
        return SealedChangeSet(
            oid: contentID(of: bytes), bytes: bytes, content: content,
            flaw: Problem(.changeSetMalformed, "\(slip)"))
    }

    /// The changes alone, as the hub's log keeps the consequences that an application derived.
    package static func encode(changes: [RowChange]) -> [UInt8] {
        var writer = CBORWriter(reserving: 16 + 96 * changes.count)
        writer.array(changes.count)
        for change in changes { writer.change(change) }
        return writer.bytes
    }

    /// Reads what ``encode(changes:)`` wrote.
    package static func decode(changes bytes: [UInt8]) throws(WireError) -> [RowChange] {
        try bytes.reading { (reader) throws(WireError) in
            var changes: [RowChange] = []
            for _ in 0..<(try reader.array(Int.max, "changes")) {
                changes.append(try reader.change())
            }
            return changes
        }
    }

    static func contentID(of bytes: [UInt8]) -> ContentID {
        bytes.withUnsafeBytes { ContentID(hashing: $0) }
    }
}

extension CBORReader {
    fileprivate mutating func changeSet() throws(WireError) -> ChangeSet {
        try array(exactly: ChangeSetCodec.elements)
        let tenant = try identifier(TenantTag.self)
        let device = try identifier(DeviceTag.self)
        let previous = try skipNull() ? nil : try contentID()
        let context = try vector()
        let schemaVersion = try unsigned32("schema version")
        let claimed = try timestamp()
        let made = try clock()
        let intent = try intent()
        let count = try array(Limits.changesPerSetMax, "changesPerSetMax")
        var changes: [RowChange] = []
        // A change takes at least twenty-one bytes, so the input bounds what is reserved.
        changes.reserveCapacity(min(count, remaining / 21))
        for _ in 0..<count { changes.append(try change()) }
        return ChangeSet(
            tenant: tenant, device: device, previous: previous, context: context,
            schemaVersion: schemaVersion, changes: changes, intent: intent, claimed: claimed,
            made: made)
    }

    /// Tenant, device and predecessor. A later form may have more elements behind them.
    fileprivate mutating func head() throws(WireError) -> ChangeSet {
        _ = try array(Int.max, "elements")
        let tenant = try identifier(TenantTag.self)
        let device = try identifier(DeviceTag.self)
        let previous = try skipNull() ? nil : try contentID()
        return ChangeSet(
            tenant: tenant, device: device, previous: previous, context: .zero, schemaVersion: 0,
            changes: [], intent: nil, claimed: .zero,
            made: ClockReading(
                wallMilliseconds: 0, bootID: BootID(high: 0, low: 0), bootMilliseconds: 0))
    }

    private mutating func intent() throws(WireError) -> Intent? {
        if try skipNull() { return nil }
        try array(exactly: 2)
        let name = try text(Limits.intentBytesMax, "intentBytesMax")
        return Intent(name: name, arguments: try text(Limits.intentBytesMax, "intentBytesMax"))
    }
}
