import Crypto
import LynkCore
import Testing

@Suite struct SetDigestTests {
    private static let rows: [[UInt8]] = (0..<40).map { number in
        (0...number).map { UInt8(truncatingIfNeeded: $0 &* 7) }
    }

    private func digest(_ rows: some Sequence<[UInt8]>, prefix: [UInt8] = []) -> SetDigest {
        var digest = SetDigest()
        for row in rows { row.withUnsafeBytes { digest.insert(row: $0, prefix: prefix) } }
        return digest
    }

    @Test("The order of the rows does not matter, their number and bytes do")
    func order() {
        let whole = digest(Self.rows)
        #expect(digest(Self.rows.reversed()) == whole)
        #expect(digest(Self.rows.dropLast()) != whole)
        #expect(digest(Self.rows + [Self.rows[0]]) != whole)
        #expect(digest(Self.rows, prefix: [1]) != whole)
        #expect(whole.count == 40)
    }

    @Test("Taking out is the inverse of putting in, down to the empty digest")
    func inverse() {
        var digest = digest(Self.rows)
        for (index, row) in Self.rows.enumerated() {
            row.withUnsafeBytes { digest.remove(row: $0) }
            #expect(digest == self.digest(Self.rows[(index + 1)...]))
        }
        #expect(digest == SetDigest())
        #expect(digest.sum == [UInt8](repeating: 0, count: 32))
        Self.rows[0].withUnsafeBytes { digest.remove(row: $0) }
        #expect(digest.count == -1)
        Self.rows[0].withUnsafeBytes { digest.insert(row: $0) }
        #expect(digest == SetDigest())
    }

    @Test("The sum is the sum of SHA-256 as little-endian numbers, modulo 2^256")
    func reference() {
        let prefix: [UInt8] = [9, 8, 7]
        var sum = [UInt8](repeating: 0, count: 32)
        for row in Self.rows {
            var carry: UInt16 = 0
            for (index, byte) in SHA256.hash(data: prefix + row).enumerated() {
                carry += UInt16(sum[index]) + UInt16(byte)
                sum[index] = UInt8(truncatingIfNeeded: carry)
                carry >>= 8
            }
        }
        let digest = digest(Self.rows, prefix: prefix)
        #expect(digest.sum == sum)
        var hash = SHA256()
        hash.update(data: [0, 0, 0, 0, 0, 0, 0, 40] + sum)
        #expect(digest.root == Array(hash.finalize().prefix(16)))
    }

    @Test("Parts that share no row add up to the whole")
    func union() {
        for cut in 0...Self.rows.count {
            var left = digest(Self.rows[..<cut])
            left.formUnion(digest(Self.rows[cut...]))
            #expect(left == digest(Self.rows))
        }
    }

    @Test("A digest is kept as its count and its sum")
    func stored() {
        let whole = digest(Self.rows)
        #expect(SetDigest(count: whole.count, sum: whole.sum) == whole)
        #expect(SetDigest(count: 1, sum: [UInt8](repeating: 0, count: 31)) == nil)
    }

    @Test("Carries go through all limbs")
    func carries() throws {
        let ones = try #require(SetDigest(count: 0, sum: [UInt8](repeating: 0xFF, count: 32)))
        let one = try #require(SetDigest(count: 0, sum: [1] + [UInt8](repeating: 0, count: 31)))
        var sum = ones
        sum.formUnion(one)
        #expect(sum == SetDigest())
        sum = ones
        sum.formUnion(ones)
        #expect(sum.sum == [0xFE] + [UInt8](repeating: 0xFF, count: 31))
    }
}
