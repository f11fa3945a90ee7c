package import LynkCore

extension Hello {
    package func encode(into writer: inout CBORWriter) {
        writer.array(9)
        writer.unsigned(UInt64(protocolVersion))
        writer.identifier(device)
        writer.identifier(lane)
        writer.text(schemaName)
        writer.unsigned(UInt64(schemaVersion))
        writer.head(head, in: lane)
        writer.array(3)
        writer.integer(cursor.position)
        writer.vector(cursor.vector)
        writer.byteString(cursor.scopeSetHash)
        writer.clock(clock)
        writer.byteString(digestRoot)
    }

    /// - Throws: ``WireError/unsupportedVersion(_:)`` without looking at what comes after the
    ///   version, so that every later version can be told from rubbish.
    package init(from reader: inout CBORReader) throws(WireError) {
        let version = try reader.version(elements: 9)
        let device = try reader.identifier(DeviceTag.self)
        let lane = try reader.identifier(LaneTag.self)
        let schemaName = try reader.text(Limits.nameBytesMax, "nameBytesMax")
        let schemaVersion = try reader.unsigned32("schema version")
        let head = try reader.head(in: lane)
        try reader.array(exactly: 3)
        let position = try reader.integer()
        guard position >= 0 else { throw .invalid("position") }
        let cursor = PullCursor(
            position: position, vector: try reader.vector(), scopeSetHash: try reader.digest())
        self.init(
            protocolVersion: version, device: device, lane: lane, schemaName: schemaName,
            schemaVersion: schemaVersion, head: head, cursor: cursor, clock: try reader.clock(),
            digestRoot: try reader.digest())
    }
}

extension CBORReader {
    /// The head of a message that starts with the protocol's version.
    package mutating func version(elements: Int) throws(WireError) -> UInt32 {
        let count = try array(.max, "elements")
        let version = UInt32(clamping: try unsigned())
        guard version == Hello.protocolVersion else { throw .unsupportedVersion(version) }
        guard count == elements else { throw .unexpected("array of \(elements)") }
        return version
    }
}
