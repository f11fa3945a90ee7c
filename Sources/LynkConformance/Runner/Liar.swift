/// Falsifies an answer in one way, with frames and checksums that are good: what a server with
/// that slip would have said. The kit must see each of them.
package enum Liar: String, CaseIterable, Sendable {
    case receiptNumber = "receipt-number"
    case receiptOrder = "receipt-repeat"
    case disposition = "receipt-disposition"
    case effectiveTime = "effective-time"
    case digestRoot = "digest-root"
    case droppedPage = "dropped-page"
    case droppedReceipts = "dropped-receipts"
    case droppedCheckpoint = "dropped-checkpoint"
    case droppedProof = "dropped-proof"
    case position = "position"
    case refusal = "refusal"
    case longInteger = "long-integer"

    package func falsify(_ body: [UInt8]) throws -> [UInt8] {
        try RawFrame.all(in: body).flatMap { frame -> [UInt8] in
            try falsify(frame)?.encoded ?? []
        }
    }

    private func falsify(_ frame: RawFrame) throws -> RawFrame? {
        switch (self, frame.type) {
        case (.droppedPage, 0x12), (.droppedReceipts, 0x11), (.droppedCheckpoint, 0x13),
            (.droppedProof, 0x16):
            return nil
        case (.receiptNumber, 0x11): return try receipt(frame, 3) { .integer(Self.plus($0)) }
        case (.effectiveTime, 0x11): return try receipt(frame, 4) { .integer(Self.plus($0)) }
        case (.disposition, 0x11):
            return try receipt(frame, 1) { $0 == .unsigned(0) ? .unsigned(1) : .unsigned(0) }
        case (.receiptOrder, 0x11): return try receipt(frame, 7) { .bool($0 == .bool(false)) }
        case (.digestRoot, 0x13):
            return try member(frame, 4) { item in
                guard case .bytes(var root) = item, !root.isEmpty else { return item }
                root[0] ^= 1
                return .bytes(root)
            }
        case (.position, 0x13): return try member(frame, 0) { _ in .unsigned(0) }
        case (.refusal, 0x10):
            return try member(frame, 7) { item in
                item == .null
                    ? .array([.text("chain_gap"), .text("x")])
                    : .array([.text("store_busy"), .text("x")])
            }
        case (.longInteger, 0x13):
            // The position in nine bytes, whatever it needs.
            guard case .array(let items) = try CBORReader.item(frame.payload) else { return frame }
            let number = try items[0].number("position")
            let rest = items.dropFirst().flatMap(\.encoded)
            return RawFrame(frame.type, [0x86, 0x1B] + bigEndian(number, 8) + rest)
        default: return frame
        }
    }

    private static func plus(_ item: CBORItem) -> Int64 {
        Int64(bitPattern: ((try? item.bits("number")) ?? 0) &+ 1)
    }

    private func member(
        _ frame: RawFrame, _ index: Int, _ change: (CBORItem) -> CBORItem
    ) throws -> RawFrame {
        guard case .array(var items) = try CBORReader.item(frame.payload), items.count > index
        else { return frame }
        items[index] = change(items[index])
        return RawFrame(frame.type, CBORItem.array(items).encoded)
    }

    private func receipt(
        _ frame: RawFrame, _ index: Int, _ change: (CBORItem) -> CBORItem
    ) throws -> RawFrame {
        try member(frame, 1) { item in
            guard case .array(var parts) = item, parts.count > index else { return item }
            parts[index] = change(parts[index])
            return .array(parts)
        }
    }
}
