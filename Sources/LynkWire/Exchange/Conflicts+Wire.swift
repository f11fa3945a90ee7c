import LynkCore

extension ConflictRecord {
    func encode(into writer: inout CBORWriter) {
        writer.array(10)
        writer.integer(position)
        writer.unsigned(UInt64(table))
        writer.identifier(key)
        if let field { writer.unsigned(UInt64(field)) } else { writer.null() }
        writer.text(policy)
        writer.unsigned(UInt64(outcome.rawValue))
        // A base of null differs from no base.
        writer.array(base == nil ? 0 : 1)
        if let base { writer.value(base) }
        writer.side(current)
        writer.side(new)
        writer.contentID(oid)
    }

    init(from reader: inout CBORReader) throws(WireError) {
        try reader.array(exactly: 10)
        let position = try reader.hubPosition()
        let table = try reader.unsigned32("table")
        let key = try reader.identifier(RowTag.self)
        let field = try reader.skipNull() ? nil : try reader.unsigned32("field")
        let policy = try reader.text(Limits.nameBytesMax, "nameBytesMax")
        guard let outcome = Outcome(rawValue: UInt8(clamping: try reader.unsigned())) else {
            throw .invalid("outcome of a conflict")
        }
        let base = try reader.array(1, "bases of a conflict") == 1 ? try reader.value() : nil
        self.init(
            position: position, table: table, key: key, field: field, policy: policy,
            outcome: outcome, base: base, current: try reader.side(), new: try reader.side(),
            oid: try reader.contentID())
    }

    /// Several messages when one would be too long.
    static func payloads(_ conflicts: [ConflictRecord]) -> [[UInt8]] {
        var payloads: [[UInt8]] = []
        var records = CBORWriter(reserving: 4_096)
        var count = 0
        func flush() {
            var writer = CBORWriter(reserving: records.bytes.count + 3)
            writer.array(count)
            payloads.append(writer.bytes + records.bytes)
            records.bytes.removeAll(keepingCapacity: true)
            count = 0
        }
        for conflict in conflicts {
            conflict.encode(into: &records)
            count += 1
            // The longest conflict has three values of 256 KiB, so one more always fits.
            if count == Limits.conflictsPerFrameMax || records.bytes.count > Limits.frameBytesMax {
                flush()
            }
        }
        if count > 0 || payloads.isEmpty { flush() }
        return payloads
    }

    static func list(_ reader: inout CBORReader) throws(WireError) -> [ConflictRecord] {
        let count = try reader.array(Limits.conflictsPerFrameMax, "conflictsPerFrameMax")
        var conflicts: [ConflictRecord] = []
        for _ in 0..<count { conflicts.append(try ConflictRecord(from: &reader)) }
        return conflicts
    }
}

extension CBORWriter {
    fileprivate mutating func side(_ side: ConflictRecord.Side) {
        array(5)
        value(side.value)
        identifier(side.dot.era)
        unsigned(side.dot.number)
        identifier(side.author)
        timestamp(side.effective)
    }
}

extension CBORReader {
    fileprivate mutating func side() throws(WireError) -> ConflictRecord.Side {
        try array(exactly: 5)
        let value = try value()
        let dot = Dot(era: try identifier(EraTag.self), number: try ordinal("dot number"))
        return ConflictRecord.Side(
            value: value, dot: dot, author: try identifier(LaneTag.self),
            effective: try timestamp())
    }
}
