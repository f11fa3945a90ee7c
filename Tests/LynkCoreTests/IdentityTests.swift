import LynkCore
import TestSupport
import Testing

/// The example of RFC 9562 appendix A.6.
private let example = "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"

@Suite struct IdentifierTests {
    @Test("An identifier reads and prints RFC 9562's form")
    func text() throws {
        let key = try #require(RowKey(example))
        #expect(key.description == example)
        #expect(RowKey(example.uppercased()) == key)
        #expect(RowKey(example.filter { $0 != "-" }) == key)
        #expect(RowKey(bytes: key.bytes) == key)
        #expect(key.bytes.count == 16)
    }

    @Test("What is not thirty-two digits is no identifier", arguments: [
        "", "017f", String(example.dropLast()), example + "0", example.replacing("f", with: "g"),
        "017f22e2-79b0-7cc3-98c4-dc0c0c07398 ", "é17f22e279b07cc398c4dc0c0c07398f",
    ])
    func refused(text: String) {
        #expect(RowKey(text) == nil)
    }

    @Test("Bytes of another length are no identifier", arguments: [0, 15, 17, 32])
    func refused(count: Int) {
        #expect(RowKey(bytes: [UInt8](repeating: 1, count: count)) == nil)
    }

    @Test("RFC 9562 appendix A.6: version 7")
    func version7() {
        let key = RowKey(
            milliseconds: 0x017F_22E2_79B0, chance: (0xCC3, 0x18C4_DC0C_0C07_398F))
        #expect(key.description == example)
        let full = RowKey(milliseconds: .max, chance: (.max, .max))
        #expect(full.description == "ffffffff-ffff-7fff-bfff-ffffffffffff")
        let zero = RowKey(milliseconds: 0, chance: (0, 0))
        #expect(zero.description == "00000000-0000-7000-8000-000000000000")
    }

    @Test("The order is the order of the bytes", arguments: 0..<4)
    func order(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let keys = (0..<100).map { _ in RowKey(high: random.next() >> 60, low: random.next()) }
        let byBytes = keys.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        #expect(keys.sorted() == byBytes)
    }

    @Test("A derived key depends on the kind and on where its parts end")
    func derived() {
        let parts: [(String, [[UInt8]])] = [
            ("posting", [[1, 2], [3]]), ("posting", [[1], [2, 3]]), ("posting", [[1, 2, 3]]),
            ("notice", [[1, 2], [3]]), ("posting", [[1, 2], [3], []]),
        ]
        let keys = parts.map { RowKey.derived($0.0, $0.1) }
        #expect(Set(keys).count == keys.count)
        #expect(RowKey.derived("posting", [[1, 2], [3]]) == keys[0])
    }
}

@Suite struct ContentIDTests {
    private static let abc = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"

    @Test("FIPS 180-2: the SHA-256 of abc, by either way in")
    func hash() {
        let content = Array("abc".utf8)
        #expect(ContentID(hashing: content).description == Self.abc)
        #expect(content.withUnsafeBytes { ContentID(hashing: $0) }.description == Self.abc)
        #expect(ContentID(hashing: content).short == "ba7816bf8f01")
    }

    @Test("A content id reads what it prints, and orders by bytes")
    func text() throws {
        let oid = try #require(ContentID(Self.abc))
        #expect(oid.description == Self.abc)
        #expect(ContentID(bytes: oid.bytes) == oid)
        #expect(ContentID(String(Self.abc.dropLast(2))) == nil)
        #expect(ContentID(bytes: [UInt8](repeating: 0, count: 33)) == nil)
        let ids = (0..<50).map { ContentID(hashing: [UInt8($0)]) }
        let byBytes = ids.sorted { $0.bytes.lexicographicallyPrecedes($1.bytes) }
        #expect(ids.sorted() == byBytes)
    }
}

@Suite struct DeviceKeyTests {
    @Test("RFC 8032 section 7.1: the public key of test 1")
    func knownKey() throws {
        let secret = "9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60"
        let raw = try #require(bytes(hexadecimal: secret))
        let key = try #require(DeviceKey(bytes: raw))
        #expect(
            hexadecimal(key.publicKey.bytes)
                == "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")
        #expect(hexadecimal(key.bytes) == secret)
    }

    @Test("A signature holds for its message, its label and its key only")
    func signatures() throws {
        let key = try #require(DeviceKey(bytes: [UInt8](repeating: 3, count: 32)))
        let other = try #require(DeviceKey(bytes: [UInt8](repeating: 4, count: 32)))
        let signature = try key.sign([1, 2, 3], as: .changeSet)
        #expect(signature.count == Limits.signatureBytes)
        #expect(key.publicKey.verifies(signature, of: [1, 2, 3], as: .changeSet))
        #expect(!key.publicKey.verifies(signature, of: [1, 2, 4], as: .changeSet))
        #expect(!key.publicKey.verifies(signature, of: [1, 2, 3], as: .challenge))
        #expect(!other.publicKey.verifies(signature, of: [1, 2, 3], as: .changeSet))
        #expect(!key.publicKey.verifies([], of: [1, 2, 3], as: .changeSet))
    }

    @Test("Bytes of another length are no key")
    func lengths() {
        #expect(DeviceKey(bytes: [1]) == nil)
        #expect(DevicePublicKey(bytes: [1]) == nil)
    }
}
