import Crypto
import LynkCore
import LynkEngine
import LynkWire

@testable import LynkStore

/// Many rows of one table and scope, as keys and versions only: both sides of a comparison.
final class RowTwin: RangeDigests {
    static let scope = Scope("district/1")
    static let table = ShopApplication.shop
    private(set) var keys: [RowKey]
    private var versions: [UInt64]
    /// Digests of 1,024 rows each, so that a range costs few hashes.
    private var blocks: [SetDigest?]
    private static let blockRows = 1_024

    init(count: Int) {
        // Keys as devices mint them: in the order of time, not evenly spread.
        var random = SeededGenerator(seed: 11)
        var milliseconds: UInt64 = 1_790_000_000_000
        keys = (0..<count).map { _ in
            milliseconds += random.next() % 3 + 1
            return RowKey(milliseconds: milliseconds, chance: (random.next(), random.next()))
        }
        versions = Array(repeating: 1, count: count)
        blocks = Array(repeating: nil, count: count / Self.blockRows + 1)
    }

    init(copying other: RowTwin) {
        keys = other.keys
        versions = other.versions
        blocks = other.blocks
    }

    func change(_ index: Int) {
        versions[index] += 1
        blocks[index / Self.blockRows] = nil
    }

    func remove(_ index: Int) {
        keys.remove(at: index)
        versions.remove(at: index)
        for block in index / Self.blockRows..<blocks.count { blocks[block] = nil }
    }

    private func digest(_ indexes: Range<Int>) -> SetDigest {
        var digest = SetDigest()
        for index in indexes {
            withUnsafeBytes(of: (keys[index], versions[index])) { digest.insert(row: $0) }
        }
        return digest
    }

    private func block(_ number: Int) -> SetDigest {
        if let kept = blocks[number] { return kept }
        let start = number * Self.blockRows
        let made = digest(start..<min(start + Self.blockRows, keys.count))
        blocks[number] = made
        return made
    }

    private func index(of key: RowKey) -> Int {
        var (low, high) = (0, keys.count)
        while low < high {
            let middle = (low + high) / 2
            if keys[middle] < key { low = middle + 1 } else { high = middle }
        }
        return low
    }

    private func indexes(_ range: KeyRange) -> Range<Int> {
        index(of: range.lower)..<(range.upper.map { index(of: $0) } ?? keys.count)
    }

    private func sum(_ range: Range<Int>) -> SetDigest {
        var digest = SetDigest()
        var index = range.lowerBound
        while index < range.upperBound {
            let end = index + Self.blockRows
            if index.isMultiple(of: Self.blockRows), end <= range.upperBound {
                digest.formUnion(block(index / Self.blockRows))
                index = end
            } else {
                let next = min((index / Self.blockRows + 1) * Self.blockRows, range.upperBound)
                digest.formUnion(self.digest(index..<next))
                index = next
            }
        }
        return digest
    }

    func digests() -> [TableDigest] { [digest(Self.scope, Self.table.id, .all)] }

    func digest(_ scope: Scope, _ table: TableID, _ range: KeyRange) -> TableDigest {
        let digest = sum(indexes(range))
        return TableDigest(
            scope: scope, table: table, count: UInt64(digest.count), hash: digest.root)
    }

    /// As a hub answers.
    func answer(_ request: VerifyRequest) -> VerifyAnswer {
        if request.asks.isEmpty {
            return VerifyAnswer(position: request.position, digests: digests())
        }
        var (parts, pages): ([RangePart], [[UInt8]]) = ([], [])
        for ask in request.asks {
            for range in ask.ranges {
                let rows = indexes(range)
                if rows.count <= Limits.verifyRowsPerRange {
                    pages.append(page(rows))
                    continue
                }
                let size =
                    (rows.count + Limits.verifyPartsPerRange - 1) / Limits.verifyPartsPerRange
                for start in stride(from: rows.lowerBound, to: rows.upperBound, by: size) {
                    let end = start + size
                    let bounds = KeyRange(
                        lower: start == rows.lowerBound ? range.lower : keys[start],
                        upper: end < rows.upperBound ? keys[end] : range.upper)
                    let digest = digest(ask.scope, ask.table, bounds)
                    parts.append(
                        RangePart(
                            scope: ask.scope, table: ask.table, range: bounds,
                            count: digest.count, hash: digest.hash))
                }
            }
        }
        return VerifyAnswer(position: request.position, parts: parts, pages: pages)
    }

    private func page(_ rows: Range<Int>) -> [UInt8] {
        let lines = rows.map { index in
            PaperHub.Line(
                key: keys[index],
                values: [
                    "1", .text("Shop number \(index)"), .null, .integer(Int64(index % 7)), "NEW",
                    .null,
                ], number: UInt64(index + 1))
        }
        return PaperHub().page(Self.table, lines)
    }
}
