package import LynkCore

/// Receipts of one push: the eras that they name, then eight elements per receipt in one flat
/// array. Numbers and effective times are differences to the receipt before, modulo 2^64.
package enum ReceiptsCodec {
    private static let elements = 8

    package static func encode(_ receipts: [Receipt], into writer: inout CBORWriter) {
        var eras: [EraID] = []
        for receipt in receipts where !eras.contains(receipt.dot.era) {
            eras.append(receipt.dot.era)
        }
        writer.array(2)
        writer.array(eras.count)
        for era in eras { writer.identifier(era) }
        writer.array(elements * receipts.count)
        var number: UInt64 = 0
        var effective: UInt64 = 0
        for receipt in receipts {
            writer.contentID(receipt.oid)
            writer.unsigned(receipt.disposition.wireNumber)
            writer.unsigned(UInt64(eras.firstIndex(of: receipt.dot.era) ?? 0))
            writer.integer(Int64(bitPattern: receipt.dot.number &- number))
            writer.integer(Int64(bitPattern: receipt.effective.rawValue &- effective))
            writer.unsigned(UInt64(receipt.conflicts))
            writer.problem(receipt.problem)
            writer.bool(receipt.isRepeat)
            number = receipt.dot.number
            effective = receipt.effective.rawValue
        }
    }

    package static func decode(_ reader: inout CBORReader) throws(WireError) -> [Receipt] {
        try reader.array(exactly: 2)
        let eras = try eras(&reader)
        let count = try reader.array(
            elements * Limits.changeSetsPerPushMax, "changeSetsPerPushMax")
        guard count.isMultiple(of: elements) else { throw .unexpected("receipt") }
        var receipts: [Receipt] = []
        receipts.reserveCapacity(count / elements)
        var number: UInt64 = 0
        var effective: UInt64 = 0
        var named = 0
        for _ in 0..<count / elements {
            let oid = try reader.contentID()
            guard let disposition = Disposition(wireNumber: try reader.unsigned()) else {
                throw .invalid("disposition")
            }
            // Eras stand in the order of their first use, so each list has one encoding.
            guard let era = Int(exactly: try reader.unsigned()), era <= named, era < eras.count
            else { throw .invalid("era of a receipt") }
            named = max(named, era + 1)
            number &+= UInt64(bitPattern: try reader.integer())
            guard number > 0, number <= UInt64(Int64.max) else { throw .invalid("dot number") }
            effective &+= UInt64(bitPattern: try reader.integer())
            receipts.append(
                Receipt(
                    oid: oid, disposition: disposition, dot: Dot(era: eras[era], number: number),
                    effective: HybridTimestamp(rawValue: effective),
                    conflicts: try reader.unsigned32("conflicts"), problem: try reader.problem(),
                    isRepeat: try reader.bool()))
        }
        guard named == eras.count else { throw .notCanonical }
        return receipts
    }

    private static func eras(_ reader: inout CBORReader) throws(WireError) -> [EraID] {
        let count = try reader.array(Limits.changeSetsPerPushMax, "changeSetsPerPushMax")
        var eras: [EraID] = []
        for _ in 0..<count { eras.append(try reader.identifier(EraTag.self)) }
        guard Set(eras).count == count else { throw .notCanonical }
        return eras
    }
}

extension Disposition {
    /// The number on the wire; never reused.
    package var wireNumber: UInt64 {
        switch self {
        case .accepted: 0
        case .merged: 1
        case .held: 2
        case .rejected: 3
        case .quarantined: 4
        }
    }

    package init?(wireNumber: UInt64) {
        guard let found = Self.allCases.first(where: { $0.wireNumber == wireNumber }) else {
            return nil
        }
        self = found
    }
}
