package import LynkCore

extension Hello {
    package func encode(into writer: inout CBORWriter) {
        writer.array(10)
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
        writer.extensions { extensions in
            extensions.bytes(1, ratchet)
            extensions.bytes(2, chain)
            extensions.item(3, if: !keptHeads.isEmpty) { writer in
                writer.array(keptHeads.count)
                for head in keptHeads { writer.head(head) }
            }
            extensions.item(4, if: !eras.isEmpty) { $0.eras(eras) }
            extensions.item(5, if: !proofs.isEmpty) { writer in
                writer.array(proofs.count)
                for proof in proofs { proof.encode(into: &writer) }
            }
            extensions.bytes(6, resume)
            extensions.item(7, if: narrowed != nil) { $0.scopes(narrowed ?? []) }
            extensions.item(8, if: mode == .live) { $0.bool(true) }
            extensions.item(9, if: snapshotRowsMin > 0) { $0.integer(snapshotRowsMin) }
            extensions.item(10, if: !snapshots.isEmpty) { writer in
                writer.array(snapshots.count)
                for snapshot in snapshots {
                    writer.array(3)
                    writer.text(snapshot.scope.name)
                    writer.integer(snapshot.position)
                    writer.byteString(snapshot.chain)
                }
            }
        }
    }

    /// - Throws: ``WireError/unsupportedVersion(_:)`` without looking at what comes after the
    ///   version, so that every later version can be told from rubbish.
    package init(from reader: inout CBORReader) throws(WireError) {
        let version = try reader.version(elements: 10)
        let device = try reader.identifier(DeviceTag.self)
        let lane = try reader.identifier(LaneTag.self)
        let schemaName = try reader.text(Limits.nameBytesMax, "nameBytesMax")
        let schemaVersion = try reader.unsigned32("schema version")
        let head = try reader.head(in: lane)
        try reader.array(exactly: 3)
        let cursor = PullCursor(
            position: try reader.hubPosition(), vector: try reader.vector(),
            scopeSetHash: try reader.digest())
        let clock = try reader.clock()
        let digestRoot = try reader.digest()
        let extensions = try ExtensionReader(&reader)
        self.init(
            protocolVersion: version, device: device, lane: lane, schemaName: schemaName,
            schemaVersion: schemaVersion, head: head, cursor: cursor, clock: clock,
            digestRoot: digestRoot,
            ratchet: try extensions.bytes(1, exactly: Limits.ratchetBytes),
            chain: try extensions.bytes(2, exactly: Limits.chainBytes),
            keptHeads: try extensions.list(3, upTo: Limits.keptHeadsMax, "keptHeadsMax") {
                (reader) throws(WireError) in
                let head: LaneHead? = try reader.head()
                guard let head else { throw .unexpected("head") }
                return head
            },
            eras: try extensions.list(4, upTo: Limits.erasPerWelcomeMax, "erasPerWelcomeMax") {
                (reader) throws(WireError) in try reader.era()
            },
            proofs: try extensions.list(
                5, upTo: Limits.proofsPerHelloMax, "proofsPerHelloMax"
            ) { (reader) throws(WireError) in try ReceiptProof(from: &reader) },
            resume: try extensions.bytes(6, upTo: Limits.markBytesMax, "markBytesMax"),
            narrowed: try extensions.item(7) { (reader) throws(WireError) in
                try reader.scopes()
            },
            mode: try extensions.flag(8) ? .live : .once,
            snapshotRowsMin: try extensions.number(9),
            snapshots: try extensions.list(
                10, upTo: Limits.snapshotsPerHelloMax, "snapshotsPerHelloMax"
            ) { (reader) throws(WireError) in
                try reader.array(exactly: 3)
                return HeldSnapshot(
                    scope: try reader.scope(), position: try reader.hubPosition(),
                    chain: try reader.bytes(exactly: Limits.chainBytes))
            })
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

    /// A hub's position: from zero, within 63 bits.
    mutating func hubPosition() throws(WireError) -> Int64 {
        let position = try integer()
        guard position >= 0 else { throw .invalid("position") }
        return position
    }

    mutating func era() throws(WireError) -> EraRecord {
        try array(exactly: 3)
        return EraRecord(
            era: try identifier(EraTag.self), hub: try identifier(HubTag.self),
            parents: try vector())
    }

    /// Names of scopes, strictly ascending by bytes.
    mutating func scopes() throws(WireError) -> [Scope] {
        let count = try array(Limits.scopesPerDeviceMax, "scopesPerDeviceMax")
        var scopes: [Scope] = []
        for _ in 0..<count {
            let scope = try scope()
            if let last = scopes.last, last >= scope { throw .notCanonical }
            scopes.append(scope)
        }
        return scopes
    }

    mutating func scope() throws(WireError) -> Scope {
        Scope(try text(Limits.scopeNameBytesMax, "scopeNameBytesMax"))
    }
}

extension CBORWriter {
    mutating func eras(_ eras: [EraRecord]) {
        array(eras.count)
        for record in eras {
            array(3)
            identifier(record.era)
            identifier(record.hub)
            vector(record.parents)
        }
    }

    mutating func scopes(_ scopes: [Scope]) {
        array(scopes.count)
        for scope in scopes { text(scope.name) }
    }
}
