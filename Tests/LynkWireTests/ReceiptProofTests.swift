import LynkCore
import LynkWire
import TestSupport
import Testing

@Suite("A hub's signature over the receipts that it gave") struct ReceiptProofTests {
    @Test("It holds for these receipts in this order, and for no others", arguments: 0..<10)
    func genuine(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let key = try #require(DeviceKey(bytes: random.bytes(32)))
        let entries = random.receipts(5).map { ReceiptProof.Entry($0) } + random.proof().entries
        let proof = try ReceiptProof(entries, by: key)
        #expect(proof.isGenuine(key.publicKey))
        let other = try #require(DeviceKey(bytes: random.bytes(32)))
        #expect(!proof.isGenuine(other.publicKey))
        let more = entries + [.init(oid: random.contentID(), dot: random.dot(), effective: .zero)]
        for wrong in [more, Array(more.reversed())] {
            #expect(
                !ReceiptProof(entries: wrong, signature: proof.signature)
                    .isGenuine(key.publicKey))
        }
        for index in entries.indices {
            var changed = entries
            changed[index] = .init(
                oid: entries[index].oid, dot: entries[index].dot,
                effective: entries[index].effective.next)
            #expect(
                !ReceiptProof(entries: changed, signature: proof.signature)
                    .isGenuine(key.publicKey))
        }
    }

    @Test("A signature for another purpose is none")
    func label() throws {
        var random = SeededGenerator(seed: 1)
        let key = try #require(DeviceKey(bytes: random.bytes(32)))
        let entries = random.proof().entries
        let digest = ReceiptProof.digest(of: entries).bytes
        let signature = try key.sign(digest, as: .changeSet)
        #expect(!ReceiptProof(entries: entries, signature: signature).isGenuine(key.publicKey))
    }
}
