public import LynkCore

extension SnapshotManifest {
    /// The body of the answer: one message.
    public func encoded() -> [UInt8] {
        var writer = CBORWriter(reserving: 256 + 48 * (segments.count + tables.count))
        writer.array(9)
        writer.identifier(tenant)
        writer.identifier(hub)
        writer.text(scope.name)
        writer.integer(position)
        writer.vector(vector)
        writer.byteString(chain)
        writer.array(3 * segments.count)
        for segment in segments {
            writer.contentID(segment.name)
            writer.unsigned(UInt64(segment.byteCount))
            writer.bool(segment.isCompressed)
        }
        writer.array(3 * tables.count)
        for table in tables {
            writer.unsigned(UInt64(table.table))
            writer.unsigned(UInt64(table.count))
            writer.byteString(table.root)
        }
        writer.extensions { _ in }
        return Frame(.manifest, writer.bytes).encoded()
    }

    /// Decodes a body.
    ///
    /// - Throws: the first slip: bytes after the message, a segment above
    ///   ``Limits/segmentBytesMax``, more of them than ``Limits/segmentsPerSnapshotMax``.
    public static func decode(_ body: [UInt8]) throws(WireError) -> SnapshotManifest {
        var frames = FrameReader()
        frames.append(body)
        guard let frame = try frames.next() else { throw .truncated }
        guard frame.type == .manifest else { throw .unexpected("manifest frame") }
        guard frames.isEmpty else { throw .invalid("bytes after the manifest") }
        return try frame.payload.reading { (reader) throws(WireError) in
            try SnapshotManifest(from: &reader)
        }
    }

    init(from reader: inout CBORReader) throws(WireError) {
        try reader.array(exactly: 9)
        let tenant = try reader.identifier(TenantTag.self)
        let hub = try reader.identifier(HubTag.self)
        let scope = try reader.scope()
        let position = try reader.hubPosition()
        let vector = try reader.vector()
        let chain = try reader.bytes(exactly: Limits.chainBytes)
        let segments = try Self.segments(&reader)
        let tables = try Self.tables(&reader)
        // Nothing yet; a later version may say more.
        _ = try ExtensionReader(&reader)
        self.init(
            tenant: tenant, hub: hub, scope: scope, position: position, vector: vector,
            chain: chain, segments: segments, tables: tables)
    }

    private static func segments(
        _ reader: inout CBORReader
    ) throws(WireError) -> [SnapshotSegment] {
        let count = try reader.array(3 * Limits.segmentsPerSnapshotMax, "segmentsPerSnapshotMax")
        guard count.isMultiple(of: 3) else { throw .unexpected("segment") }
        var segments: [SnapshotSegment] = []
        for _ in 0..<count / 3 {
            let name = try reader.contentID()
            let bytes = try reader.unsigned()
            guard bytes > 0 else { throw .invalid("segment") }
            guard bytes <= UInt64(Limits.segmentBytesMax) else {
                throw .overLimit("segmentBytesMax")
            }
            segments.append(
                SnapshotSegment(
                    name: name, byteCount: Int(bytes), isCompressed: try reader.bool()))
        }
        return segments
    }

    private static func tables(_ reader: inout CBORReader) throws(WireError) -> [SnapshotTable] {
        let count = try reader.array(3 * Limits.tablesPerSnapshotMax, "tablesPerSnapshotMax")
        guard count.isMultiple(of: 3) else { throw .unexpected("table") }
        var tables: [SnapshotTable] = []
        for _ in 0..<count / 3 {
            let table = try reader.unsigned32("table")
            if let last = tables.last, last.table >= table { throw .notCanonical }
            tables.append(
                SnapshotTable(
                    table: table, count: Int64(try reader.ordinal("rows")),
                    root: try reader.bytes(exactly: 16)))
        }
        return tables
    }
}

/// The contents of segments: pages and conflicts of an exchange, each frame as it travels there.
public enum SegmentCodec {
    /// The bytes that travel, and their name.
    ///
    /// - Parameter frames: at most ``Limits/segmentBytesMax`` bytes.
    public static func seal(_ frames: [UInt8]) -> (segment: SnapshotSegment, bytes: [UInt8]) {
        let compressed = Zstd.compressedBody(frames)
        let bytes = compressed ?? frames
        return (
            SnapshotSegment(
                name: ContentID(hashing: bytes), byteCount: bytes.count,
                isCompressed: compressed != nil),
            bytes
        )
    }

    /// What a segment holds, in order.
    ///
    /// - Throws: ``WireError``: also when the bytes are not those that the name stands for. Nothing
    ///   is expanded then.
    public static func open(
        _ bytes: [UInt8], as segment: SnapshotSegment
    ) throws(WireError) -> [ResponseFrame] {
        guard bytes.count == segment.byteCount,
            bytes.withUnsafeBytes({ ContentID(hashing: $0) }) == segment.name
        else { throw .invalid("segment: its bytes have another hash") }
        let plain =
            segment.isCompressed
            ? try Zstd.decompress(bytes, limit: Limits.segmentBytesMax) : bytes
        var reader = FrameReader()
        reader.append(plain)
        var frames: [ResponseFrame] = []
        while let frame = try reader.next() {
            let message = try ResponseFrame.decode(frame)
            switch message {
            case .page, .conflicts: frames.append(message)
            default: throw .unexpected("page or conflicts")
            }
        }
        guard reader.isEmpty else { throw .truncated }
        return frames
    }
}
