public import LynkCore

/// An exchange in a session, as both sides know it: it lets a welcome, the receipts and a
/// checkpoint travel as one short message when they say little that is new.
///
/// A brief answer stands for exactly those messages; whatever it cannot stand for travels as they
/// do outside a session.
public struct ResumedExchange: Hashable, Sendable {
    public let session: ExchangeSession
    /// The device's wall clock at the upload.
    public let wallMilliseconds: Int64
    /// What the request offered, in its order.
    public let offered: [ContentID]

    public init(session: ExchangeSession, wallMilliseconds: Int64, offered: [ContentID]) {
        self.session = session
        self.wallMilliseconds = wallMilliseconds
        self.offered = offered
    }

    /// The eras that receipts and the vector name by their place.
    private var eras: [Dot] { session.checkpoint.vector.sorted }
    private var uploaded: UInt64 { UInt64(bitPattern: wallMilliseconds) << 16 }

    /// The answer as one frame, or `nil` when it cannot stand for these messages.
    public func brief(
        _ welcome: Welcome, _ receipts: [Receipt], _ checkpoint: Checkpoint
    ) -> [UInt8]? {
        let eras = eras
        let isKnown = receipts.allSatisfy { receipt in
            eras.contains { $0.era == receipt.dot.era }
        }
        guard isKnown, checkpoint.vector.sorted.map(\.era) == eras.map(\.era) else { return nil }
        var writer = CBORWriter()
        writer.array(6)
        writer.integer(Int64(bitPattern: welcome.hubTime.rawValue &- uploaded))
        writer.array(6 * receipts.count)
        var numbers = eras.map(\.number)
        var effective = welcome.hubTime.rawValue
        for receipt in receipts {
            let era = eras.firstIndex { $0.era == receipt.dot.era } ?? 0
            writer.unsigned(
                receipt.disposition.wireNumber << 1 | (receipt.isRepeat ? 1 : 0))
            writer.unsigned(UInt64(era))
            writer.integer(Int64(bitPattern: receipt.dot.number &- numbers[era]))
            writer.integer(Int64(bitPattern: receipt.effective.rawValue &- effective))
            writer.unsigned(UInt64(receipt.conflicts))
            writer.problem(receipt.problem)
            numbers[era] = receipt.dot.number
            effective = receipt.effective.rawValue
        }
        writer.integer(checkpoint.position &- session.checkpoint.position)
        writer.array(eras.count)
        for dot in eras {
            writer.integer(Int64(bitPattern: checkpoint.vector[dot.era] &- dot.number))
        }
        writer.byteString(checkpoint.digestRoot)
        writer.extensions { extensions in
            extensions.bytes(1, welcome.session)
            extensions.bytes(2, welcome.ratchet)
            extensions.bytes(3, checkpoint.chain)
            let isNews = checkpoint.durable != session.checkpoint.durable
            extensions.item(4, if: isNews) { $0.vector(checkpoint.durable ?? .zero) }
        }
        var frames: [ResponseFrame] = [.welcome(welcome)]
        if !receipts.isEmpty { frames.append(.receipts(receipts)) }
        frames.append(.checkpoint(checkpoint))
        guard let read = try? expand(writer.bytes), read == frames else { return nil }
        return Frame(.brief, writer.bytes).encoded()
    }

    /// The messages that the payload of a brief answer stands for.
    public func expand(_ payload: [UInt8]) throws(WireError) -> [ResponseFrame] {
        try payload.reading { (reader) throws(WireError) in try read(&reader) }
    }

    private func read(_ reader: inout CBORReader) throws(WireError) -> [ResponseFrame] {
        try reader.array(exactly: 6)
        let hubTime = HybridTimestamp(
            rawValue: uploaded &+ UInt64(bitPattern: try reader.integer()))
        let receipts = try self.receipts(&reader, hubTime)
        let position = session.checkpoint.position &+ (try reader.integer())
        guard position >= 0 else { throw .invalid("position") }
        let eras = eras
        try reader.array(exactly: eras.count)
        var vector = VersionVector()
        for dot in eras {
            let number = dot.number &+ UInt64(bitPattern: try reader.integer())
            guard number > 0, number <= UInt64(Int64.max) else { throw .invalid("dot number") }
            vector.include(Dot(era: dot.era, number: number))
        }
        let digestRoot = try reader.digest()
        let extensions = try ExtensionReader(&reader)
        let id = try extensions.bytes(1, exactly: Limits.sessionBytes)
        let ratchet = try extensions.bytes(2, exactly: Limits.ratchetBytes)
        let chain = try extensions.bytes(3, exactly: Limits.chainBytes)
        let told = try extensions.item(4) { (reader) throws(WireError) in try reader.vector() }
        let durable = told ?? session.checkpoint.durable
        let head = session.head(after: offered.count, last: offered.last)
        let welcome = Welcome(
            protocolVersion: session.welcome.protocolVersion, hub: session.welcome.hub, eras: [],
            head: head, hubTime: hubTime, digestKey: session.welcome.digestKey, scopes: nil,
            refusal: nil, session: id, ratchet: ratchet, durable: durable,
            floor: session.welcome.floor, hubKey: session.welcome.hubKey)
        let checkpoint = Checkpoint(
            position: position, vector: vector, head: head,
            scopeSetHash: session.checkpoint.scopeSetHash, digestRoot: digestRoot, chain: chain,
            durable: durable)
        return receipts.isEmpty
            ? [.welcome(welcome), .checkpoint(checkpoint)]
            : [.welcome(welcome), .receipts(receipts), .checkpoint(checkpoint)]
    }

    /// None, or one for each change set of the request.
    private func receipts(
        _ reader: inout CBORReader, _ hubTime: HybridTimestamp
    ) throws(WireError) -> [Receipt] {
        let count = try reader.array(
            6 * Limits.changeSetsPerPushMax, "changeSetsPerPushMax")
        guard count == 0 || count == 6 * offered.count else { throw .invalid("receipts") }
        let eras = eras
        var numbers = eras.map(\.number)
        var effective = hubTime.rawValue
        var receipts: [Receipt] = []
        for oid in offered.prefix(count / 6) {
            let kind = try reader.unsigned()
            guard let disposition = Disposition(wireNumber: kind >> 1) else {
                throw .invalid("disposition")
            }
            guard let era = Int(exactly: try reader.unsigned()), era < eras.count else {
                throw .invalid("era of a receipt")
            }
            numbers[era] &+= UInt64(bitPattern: try reader.integer())
            guard numbers[era] > 0, numbers[era] <= UInt64(Int64.max) else {
                throw .invalid("dot number")
            }
            effective &+= UInt64(bitPattern: try reader.integer())
            receipts.append(
                Receipt(
                    oid: oid, disposition: disposition,
                    dot: Dot(era: eras[era].era, number: numbers[era]),
                    effective: HybridTimestamp(rawValue: effective),
                    conflicts: try reader.unsigned32("conflicts"), problem: try reader.problem(),
                    isRepeat: kind & 1 == 1))
        }
        return receipts
    }
}
