package import LynkCore

extension Welcome {
    package func encode(into writer: inout CBORWriter) {
        writer.array(9)
        writer.unsigned(UInt64(protocolVersion))
        writer.identifier(hub)
        writer.eras(eras)
        writer.head(head)
        writer.timestamp(hubTime)
        writer.byteString(digestKey)
        if let scopes { writer.scopes(scopes.scopes) } else { writer.null() }
        writer.problem(refusal)
        writer.extensions { extensions in
            extensions.item(1, if: verdict != .ok) { $0.unsigned(UInt64(verdict.rawValue)) }
            extensions.bytes(2, session)
            extensions.bytes(3, ratchet)
            extensions.item(4, if: durable != nil) { $0.vector(durable ?? .zero) }
            extensions.item(5, if: floor > 0) { $0.integer(floor) }
            extensions.item(6, if: wantsEras) { $0.bool(true) }
            extensions.item(7, if: resumed) { $0.bool(true) }
            extensions.item(8, if: rowsExpected > 0) { $0.integer(rowsExpected) }
            extensions.bytes(9, hubKey)
            extensions.item(10, if: !snapshots.isEmpty) { writer in
                writer.array(snapshots.count)
                for offer in snapshots {
                    writer.array(2)
                    writer.text(offer.scope.name)
                    writer.integer(offer.rows)
                }
            }
            extensions.item(11, if: snapshotsTaken) { $0.bool(true) }
        }
    }

    package init(from reader: inout CBORReader) throws(WireError) {
        let version = try reader.version(elements: 9)
        let hub = try reader.identifier(HubTag.self)
        let count = try reader.array(Limits.erasPerWelcomeMax, "erasPerWelcomeMax")
        var eras: [EraRecord] = []
        for _ in 0..<count { eras.append(try reader.era()) }
        let head: LaneHead? = try reader.head()
        let hubTime = try reader.timestamp()
        let digestKey = try reader.digest()
        let scopes = try reader.skipNull() ? nil : ScopeUpdate(scopes: try reader.scopes())
        let refusal = try reader.problem()
        let extensions = try ExtensionReader(&reader)
        let verdict = try extensions.item(1) { (reader) throws(WireError) in
            let number = UInt8(clamping: try reader.unsigned())
            guard let verdict = HandshakeVerdict(rawValue: number), verdict != .ok else {
                throw .invalid("verdict")
            }
            return verdict
        }
        self.init(
            protocolVersion: version, hub: hub, eras: eras, head: head, hubTime: hubTime,
            digestKey: digestKey, scopes: scopes, refusal: refusal, verdict: verdict ?? .ok,
            session: try extensions.bytes(2, exactly: Limits.sessionBytes),
            ratchet: try extensions.bytes(3, exactly: Limits.ratchetBytes),
            durable: try extensions.item(4) { (reader) throws(WireError) in
                try reader.vector()
            },
            floor: try extensions.number(5), wantsEras: try extensions.flag(6),
            resumed: try extensions.flag(7), rowsExpected: try extensions.number(8),
            hubKey: try extensions.bytes(9, exactly: Limits.publicKeyBytes),
            snapshots: try extensions.list(
                10, upTo: Limits.snapshotsPerHelloMax, "snapshotsPerHelloMax"
            ) { (reader) throws(WireError) in
                try reader.array(exactly: 2)
                return SnapshotOffer(
                    scope: try reader.scope(), rows: Int64(try reader.ordinal("rows")))
            },
            snapshotsTaken: try extensions.flag(11))
    }
}

extension Checkpoint {
    package func encode(into writer: inout CBORWriter) {
        writer.array(6)
        writer.integer(position)
        writer.vector(vector)
        writer.head(head)
        writer.byteString(scopeSetHash)
        writer.byteString(digestRoot)
        writer.extensions { extensions in
            extensions.bytes(1, chain)
            extensions.item(2, if: durable != nil) { $0.vector(durable ?? .zero) }
        }
    }

    package init(from reader: inout CBORReader) throws(WireError) {
        try reader.array(exactly: 6)
        let position = try reader.hubPosition()
        let vector = try reader.vector()
        let head: LaneHead? = try reader.head()
        let scopeSetHash = try reader.digest()
        let digestRoot = try reader.digest()
        let extensions = try ExtensionReader(&reader)
        self.init(
            position: position, vector: vector, head: head, scopeSetHash: scopeSetHash,
            digestRoot: digestRoot,
            chain: try extensions.bytes(1, exactly: Limits.chainBytes),
            durable: try extensions.item(2) { (reader) throws(WireError) in
                try reader.vector()
            })
    }
}
