import LynkCore

/// Sends a change set without what the reader knows, each such part as CBOR's `undefined`, and
/// puts it back.
///
/// In any push that is the `previous` when it is the change set before. In a session it is also
/// the tenant, the device, the first `previous`, the context of the last checkpoint, the schema's
/// version, and of the clocks what follows from the claimed time and the hello's clocks. Content
/// ids and signatures are over the whole bytes.
struct ChangeSetElision {
    private let session: ExchangeSession?
    private let clock: ClockReading?
    /// The change set before.
    var previous: ContentID?

    init() {
        session = nil
        clock = nil
        previous = nil
    }

    init(session: ExchangeSession, clock: ClockReading) {
        self.session = session
        self.clock = clock
        previous = session.checkpoint.head?.oid
    }

    /// What a device's boot clock read when its wall clock read this, if neither jumped since.
    private func ticks(at wall: Int64) -> Int64? {
        clock.map { $0.bootMilliseconds &- ($0.wallMilliseconds &- wall) }
    }

    func shortened(_ bytes: [UInt8]) -> [UInt8] {
        let shorter = try? bytes.withUnsafeBufferPointer {
            (buffer) throws(WireError) -> [UInt8] in
            var reader = CBORReader(UnsafeRawBufferPointer(buffer))
            var writer = CBORWriter(reserving: bytes.count)
            try shorten(&reader, &writer)
            writer.bytes.append(contentsOf: buffer[reader.position...])
            return writer.bytes
        }
        return shorter ?? bytes
    }

    private func shorten(
        _ reader: inout CBORReader, _ writer: inout CBORWriter
    ) throws(WireError) {
        try reader.array(exactly: ChangeSetCodec.elements)
        writer.array(ChangeSetCodec.elements)
        let tenant = try reader.identifier(TenantTag.self)
        if tenant == session?.tenant { writer.known() } else { writer.identifier(tenant) }
        let device = try reader.identifier(DeviceTag.self)
        if device == session?.hello.device { writer.known() } else { writer.identifier(device) }
        if try reader.skipNull() {
            writer.null()
        } else {
            let before = try reader.contentID()
            if before == previous { writer.known() } else { writer.contentID(before) }
        }
        guard let session else { return }
        let context = try reader.vector()
        if context == session.checkpoint.vector { writer.known() } else { writer.vector(context) }
        let version = try reader.unsigned32("schema version")
        if version == session.hello.schemaVersion {
            writer.known()
        } else {
            writer.unsigned(UInt64(version))
        }
        let claimed = try reader.timestamp()
        writer.timestamp(claimed)
        let made = try reader.clock()
        writer.array(3)
        let isClaimed = made.wallMilliseconds == claimed.milliseconds
        if isClaimed { writer.known() } else { writer.integer(made.wallMilliseconds) }
        let isBoot = made.bootID == session.hello.clock.bootID
        if isBoot { writer.known() } else { writer.identifier(made.bootID) }
        let follows = made.bootMilliseconds == ticks(at: made.wallMilliseconds)
        if follows { writer.known() } else { writer.integer(made.bootMilliseconds) }
    }

    /// The canonical bytes of a change set that may have been sent without some parts.
    func restored(_ bytes: [UInt8]) throws(WireError) -> [UInt8] {
        if session == nil {
            // Nothing but `previous` may be missing, and it has its place.
            let start = ChangeSetCodec.previousOffset
            guard bytes.count > start, bytes[start] == 0xF7 else { return bytes }
        }
        return try bytes.withUnsafeBufferPointer { (buffer) throws(WireError) -> [UInt8] in
            var reader = CBORReader(UnsafeRawBufferPointer(buffer))
            var writer = CBORWriter(reserving: bytes.count + 160)
            try restore(&reader, &writer)
            writer.bytes.append(contentsOf: buffer[reader.position...])
            return writer.bytes
        }
    }

    private func restore(
        _ reader: inout CBORReader, _ writer: inout CBORWriter
    ) throws(WireError) {
        try reader.array(exactly: ChangeSetCodec.elements)
        writer.array(ChangeSetCodec.elements)
        writer.identifier(
            try reader.skipKnown()
                ? try known(session?.tenant, "tenant") : try reader.identifier(TenantTag.self))
        writer.identifier(
            try reader.skipKnown()
                ? try known(session?.hello.device, "device")
                : try reader.identifier(DeviceTag.self))
        if try reader.skipNull() {
            writer.null()
        } else {
            writer.contentID(
                try reader.skipKnown()
                    ? try known(previous, "previous of the first") : try reader.contentID())
        }
        guard let session else { return }
        let context = try reader.skipKnown() ? session.checkpoint.vector : try reader.vector()
        writer.vector(context)
        let version =
            try reader.skipKnown()
            ? session.hello.schemaVersion : try reader.unsigned32("schema version")
        writer.unsigned(UInt64(version))
        let claimed = try reader.timestamp()
        writer.timestamp(claimed)
        try reader.array(exactly: 3)
        let wall = try reader.skipKnown() ? claimed.milliseconds : try reader.integer()
        let boot =
            try reader.skipKnown()
            ? session.hello.clock.bootID : try reader.identifier(BootTag.self)
        let ticks =
            try reader.skipKnown() ? try known(ticks(at: wall), "clock") : try reader.integer()
        writer.clock(
            ClockReading(wallMilliseconds: wall, bootID: boot, bootMilliseconds: ticks))
    }

    private func known<Part>(_ part: Part?, _ name: String) throws(WireError) -> Part {
        guard let part else { throw .invalid(name) }
        return part
    }
}
