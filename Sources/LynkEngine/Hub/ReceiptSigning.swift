import LynkCore

/// One signature of a hub over the receipts of a response: what a device shows to a hub that was
/// restored, so that whoever had seen a commit under its lost dot is not made concurrent with it.
enum ReceiptSigning {
    static func sign(
        _ receipts: [Receipt], key: DeviceKey, message: ([ReceiptProof.Entry]) -> [UInt8]
    ) throws -> [UInt8] {
        if receipts.isEmpty { return [] }
        return try key.sign(message(receipts.map { ReceiptProof.Entry($0) }), as: .receipts)
    }

    static func verifies(
        _ proof: ReceiptProof, key: DevicePublicKey, message: ([ReceiptProof.Entry]) -> [UInt8]
    ) -> Bool {
        key.verifies(proof.signature, of: message(proof.entries), as: .receipts)
    }
}
