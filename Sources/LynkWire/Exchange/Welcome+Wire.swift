package import LynkCore

extension Welcome {
    package func encode(into writer: inout CBORWriter) {
        writer.array(8)
        writer.unsigned(UInt64(protocolVersion))
        writer.identifier(hub)
        writer.array(eras.count)
        for record in eras {
            writer.array(3)
            writer.identifier(record.era)
            writer.identifier(record.hub)
            writer.vector(record.parents)
        }
        writer.head(head)
        writer.timestamp(hubTime)
        writer.byteString(digestKey)
        writer.scopes(scopes)
        writer.problem(refusal)
    }

    package init(from reader: inout CBORReader) throws(WireError) {
        let version = try reader.version(elements: 8)
        let hub = try reader.identifier(HubTag.self)
        let count = try reader.array(Limits.erasPerWelcomeMax, "erasPerWelcomeMax")
        var eras: [EraRecord] = []
        for _ in 0..<count {
            try reader.array(exactly: 3)
            eras.append(
                EraRecord(
                    era: try reader.identifier(EraTag.self),
                    hub: try reader.identifier(HubTag.self), parents: try reader.vector()))
        }
        self.init(
            protocolVersion: version, hub: hub, eras: eras, head: try reader.head(),
            hubTime: try reader.timestamp(), digestKey: try reader.digest(),
            scopes: try reader.scopes(), refusal: try reader.problem())
    }
}

extension Checkpoint {
    package func encode(into writer: inout CBORWriter) {
        writer.array(5)
        writer.integer(position)
        writer.vector(vector)
        writer.head(head)
        writer.byteString(scopeSetHash)
        writer.byteString(digestRoot)
    }

    package init(from reader: inout CBORReader) throws(WireError) {
        try reader.array(exactly: 5)
        let position = try reader.integer()
        guard position >= 0 else { throw .invalid("position") }
        self.init(
            position: position, vector: try reader.vector(), head: try reader.head(),
            scopeSetHash: try reader.digest(), digestRoot: try reader.digest())
    }
}

extension CBORWriter {
    fileprivate mutating func scopes(_ update: ScopeUpdate?) {
        guard let update else { return null() }
        array(update.scopes.count)
        for scope in update.scopes { text(scope.name) }
    }
}

extension CBORReader {
    fileprivate mutating func scopes() throws(WireError) -> ScopeUpdate? {
        if try skipNull() { return nil }
        let count = try array(Limits.scopesPerDeviceMax, "scopesPerDeviceMax")
        var scopes: [Scope] = []
        for _ in 0..<count {
            let scope = Scope(try text(Limits.scopeNameBytesMax, "scopeNameBytesMax"))
            if let last = scopes.last, last >= scope { throw .notCanonical }
            scopes.append(scope)
        }
        return ScopeUpdate(scopes: scopes)
    }
}
