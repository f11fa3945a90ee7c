import LynkCore
import LynkWire

/// What travels in frames, however the line cuts it.
extension FuzzTarget {
    static let frames = [
        FuzzTarget("frames") { input in try frameStream(input) },
        FuzzTarget("response") { input in try response(input) },
        FuzzTarget("page") { input in try page(input) },
        FuzzTarget("manifest") { input in
            let input = Pieces.body(input)
            guard let manifest = try reading(input, { try SnapshotManifest.decode(input) }) else {
                return
            }
            let again = manifest.encoded()
            try expect(try SnapshotManifest.decode(again) == manifest, "a manifest differs")
        },
        FuzzTarget("segment", seeds: { segmentSeeds }) { input in try segment(input) },
        FuzzTarget("zstd", seeds: { Array(zstdSeeds) }) { input in try expanded(input) },
    ]

    /// All messages, and what ended the stream.
    private struct Outcome: Equatable {
        var frames: [Frame] = []
        var slip: WireError?
        var isEmpty = true
    }

    private static func outcome(_ input: [UInt8], cut: (Int) -> Int) -> Outcome {
        var outcome = Outcome()
        var reader = FrameReader()
        var position = 0
        do throws(WireError) {
            while position < input.count {
                let next = min(position + max(cut(position), 1), input.count)
                input[position..<next].withUnsafeBytes { reader.append($0) }
                position = next
                while let frame = try reader.next() { outcome.frames.append(frame) }
            }
        } catch { outcome.slip = error }
        outcome.isEmpty = reader.isEmpty
        return outcome
    }

    private static func frameStream(_ input: [UInt8]) throws {
        guard let whole = try reading(input, { outcome(input) { _ in input.count } }) else {
            return
        }
        guard let bytes = try reading(input, { outcome(input) { _ in 1 } }) else { return }
        try expect(whole.frames == bytes.frames, "a cut at every byte gives other messages")
        try expect(whole.slip == bytes.slip, "a cut at every byte ends in another way")
        let uneven = outcome(input) { Int(input[$0] % 13) }
        try expect(whole == uneven, "an uneven cut gives other messages")
        let again = whole.frames.flatMap { $0.encoded() }
        let second = outcome(again) { _ in again.count }
        try expect(second.frames == whole.frames, "messages differ when written again")
    }

    private static func response(_ input: [UInt8]) throws {
        let input = Pieces.body(input)
        var reader = FrameReader()
        reader.append(input)
        while let frame = try reading(input, { try reader.next() }) ?? nil {
            let read = try reading(frame.payload) { try ResponseFrame.decode(frame) }
            guard let message = read else { continue }
            // Long lists travel in several messages, and then differ in their cut alone.
            var second = FrameReader()
            second.append(message.encoded())
            guard let again = try second.next(), second.isEmpty else { continue }
            try expect(try ResponseFrame.decode(again) == message, "a message differs")
        }
    }

    private static func page(_ input: [UInt8]) throws {
        try input.withUnsafeBytes { view in
            _ = try reading(input) {
                var page = try PageReader(view)
                while var section = try page.next() {
                    for _ in 0..<section.count {
                        _ = try section.nextStamp()
                        for index in section.columns.indices {
                            _ = try section.columns[index].cursor.next()
                        }
                    }
                    try section.finish()
                }
            }
        }
        guard
            let node = try reading(
                input, within: .tree, { try MessageJSON.node(of: input, as: .page) })
        else { return }
        // A page that lists something twice is none that a hub makes: its JSON says so, or names
        // it once. From then on the way there and back changes nothing.
        let made = try reading(input, within: .tree) {
            try MessageJSON.payload(of: node, as: .page)
        }
        guard let again = made else { return }
        let second = try MessageJSON.node(of: again, as: .page)
        try expect(try MessageJSON.payload(of: second, as: .page) == again, "a page differs")
    }

    private static func segment(_ input: [UInt8]) throws {
        guard let first = input.first else { return }
        let bytes =
            first & 2 == 2 ? Pieces.body(Array(input.dropFirst())) : Array(input.dropFirst())
        let name = bytes.withUnsafeBytes { ContentID(hashing: $0) }
        let isCompressed = first & 1 == 1
        let segment = SnapshotSegment(
            name: name, byteCount: bytes.count, isCompressed: isCompressed)
        let bound: AllocationBound = isCompressed ? .expanding : .standard
        let frames = try reading(input, within: bound) { try SegmentCodec.open(bytes, as: segment) }
        guard let frames, !frames.isEmpty else { return }
        let (named, sealed) = SegmentCodec.seal(frames.flatMap { $0.encoded() })
        try expect(try SegmentCodec.open(sealed, as: named) == frames, "a segment differs")
    }

    private static var zstdSeeds: [[UInt8]] {
        let text = Array("a page of a hub, and again a page of a hub. ".utf8)
        let long = [UInt8]((0..<60).map { _ in text }.joined())
        let stream = ZstdStreamCompressor()
        let pieces = stream.append(text, flush: true) + stream.append(long, flush: true)
        return [Zstd.compress([]), Zstd.compress(text), Zstd.compress(long, level: 19)]
            + [pieces + stream.finish()]
    }

    private static var segmentSeeds: [[UInt8]] {
        let empty = PageWriter().finish()
        let frames = ResponseFrame.page(empty).encoded() + ResponseFrame.conflicts([]).encoded()
        return [
            [0] + frames, [2] + Pieces.of(frames), [1] + Zstd.compress(frames),
        ]
    }

    private static func expanded(_ input: [UInt8]) throws {
        let limit = 2 << 20
        let whole = try reading(input, within: .expanding) {
            try Zstd.decompress(input, limit: limit)
        }
        let pieces = try reading(input, within: .expanding) {
            let stream = ZstdStreamDecompressor(limit: limit)
            var result: [UInt8] = []
            for start in stride(from: 0, to: input.count, by: 7) {
                result += try stream.append(Array(input[start..<min(start + 7, input.count)]))
            }
            return stream.isAtEnd ? result : nil
        }
        if let whole, case .some(.some(let pieces)) = pieces {
            try expect(whole == pieces, "a cut changes what was compressed")
        }
        guard let whole, let sent = Zstd.compressedBody(whole) else { return }
        try expect(try Zstd.decompress(sent, limit: limit) == whole, "zstd there and back")
    }
}

extension AllocationBound {
    /// What is expanded may be as large as the book's limits say, whatever its own length: the
    /// window that zstd keeps, what may be expanded before the ratio counts (twice, as the result
    /// grows), and the contexts.
    static let expanding = AllocationBound(
        perByte: 4 * Limits.expansionRatioMax,
        constant: 1 << Limits.zstdWindowLogMax + 4 * Limits.expansionFreeBytes + 512 << 10)

    /// A tree of JSON has a box for every number and text.
    static let tree = AllocationBound(perByte: 64, constant: 64 << 10)
}
