import LynkCore
import LynkWire
import TestSupport
import Testing

@Suite struct SyncRequestTests {
    private static let signature = [UInt8](repeating: 0x5A, count: 64)

    /// A chain of change sets, some of which follow another than the one before.
    private func chain(_ count: Int, _ random: inout SeededGenerator) -> [SealedChangeSet] {
        var chain: [SealedChangeSet] = []
        for _ in 0..<count {
            let previous = random.chance(5) ? nil : chain.last?.oid
            chain.append(ChangeSetCodec.seal(random.changeSet(previous: previous)))
        }
        return chain
    }

    private func body(_ hello: Hello, _ chain: [SealedChangeSet]) -> [UInt8] {
        SyncRequest.encode(
            hello: hello, changeSets: chain.map(\.bytes),
            signature: chain.isEmpty ? [] : Self.signature)
    }

    @Test("A request decodes to what was sent, with the same content ids", arguments: 0..<60)
    func roundTrip(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let hello = random.hello()
        let chain = chain(random.count(9), &random)
        let decoded = try SyncRequest.decode(body(hello, chain))
        #expect(decoded.hello == hello)
        #expect(decoded.changeSets.map(\.oid) == chain.map(\.oid))
        #expect(decoded.changeSets.map(\.bytes) == chain.map(\.bytes))
        #expect(decoded.changeSets.map(\.content) == chain.map(\.content))
        #expect(decoded.signature == (chain.isEmpty ? [] : Self.signature))
    }

    @Test("Inside a push the previous content id costs one byte")
    func previousIsLeftOut() {
        var random = SeededGenerator(seed: 3)
        let hello = random.hello()
        let first = ChangeSetCodec.seal(random.changeSet())
        let next = ChangeSetCodec.seal(random.changeSet(previous: first.oid))
        let other = ChangeSetCodec.seal(random.changeSet(previous: random.contentID()))
        let alone = body(hello, [first]).count
        #expect(body(hello, [first, next]).count <= alone + next.bytes.count - 33 + 3)
        #expect(body(hello, [first, other]).count > alone + other.bytes.count)
    }

    @Test("A simple writer may send every change set whole")
    func sentWhole() throws {
        var random = SeededGenerator(seed: 4)
        let hello = random.hello()
        let first = ChangeSetCodec.seal(random.changeSet())
        let next = ChangeSetCodec.seal(random.changeSet(previous: first.oid))
        let alone = try frames(body(hello, [first]))
        let other = try frames(body(hello, [next]))
        let stream = [alone[0], alone[1], other[1], alone[2]].flatMap { $0.encoded() }
        #expect(try SyncRequest.decode(stream).changeSets.map(\.oid) == [first.oid, next.oid])
    }

    @Test("The first change set of a push has nothing before it to follow")
    func firstWithoutPrevious() throws {
        var random = SeededGenerator(seed: 5)
        let hello = random.hello()
        let first = ChangeSetCodec.seal(random.changeSet())
        let next = ChangeSetCodec.seal(random.changeSet(previous: first.oid))
        let payload = try frames(body(hello, [first, next]))[1].payload
        let size = first.bytes.count
        let head = size < 256 ? 2 : 3
        let parts = try frames(body(hello, [first]))
        let cut = Frame(.changeSets, Array(payload[(size + head)...]))
        let stream = [parts[0], cut, parts[2]].flatMap { $0.encoded() }
        let error = refusal { () throws(WireError) in try SyncRequest.decode(stream) }
        #expect(error == .invalid("previous of the first"))
    }

    @Test("A change set that does not decode keeps its name and its place", arguments: 0..<20)
    func unreadable(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let hello = random.hello()
        let first = ChangeSetCodec.seal(random.changeSet())
        let poison = ChangeSetCodec.seal(random.changeSet(previous: first.oid)).bytes + [0]
        let name = ContentID(hashing: poison)
        let last = ChangeSetCodec.seal(random.changeSet(previous: name))
        let body = SyncRequest.encode(
            hello: hello, changeSets: [first.bytes, poison, last.bytes],
            signature: Self.signature)
        let decoded = try SyncRequest.decode(body).changeSets
        #expect(decoded.map(\.oid) == [first.oid, name, last.oid])
        #expect(decoded.map(\.flaw?.code) == [nil, .changeSetMalformed, nil])
        #expect(decoded.map(\.content.previous) == [first.content.previous, first.oid, name])
        #expect(decoded[1].bytes == poison)
        #expect(decoded[1].content.changes.isEmpty)
    }

    @Test("A change set whose head does not decode has no place: the push is refused")
    func headless() {
        var random = SeededGenerator(seed: 7)
        let first = ChangeSetCodec.seal(random.changeSet())
        let body = SyncRequest.encode(
            hello: random.hello(), changeSets: [first.bytes, [0x89, 0x00]],
            signature: Self.signature)
        #expect(refusal { () throws(WireError) in try SyncRequest.decode(body) } != nil)
    }

    @Test("No beginning of a request is a request", arguments: 0..<12)
    func truncated(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = body(random.hello(), chain(random.count(3), &random))
        let taken = bytes.indices.filter { count in
            refusal { () throws(WireError) in
                try SyncRequest.decode(Array(bytes[..<count]))
            } == nil
        }
        #expect(taken.isEmpty)
    }

    @Test("Every single turned bit of a request is noticed", arguments: 0..<4)
    func flippedBits(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        let bytes = body(random.hello(), chain(2, &random))
        let taken = (0..<bytes.count * 8).filter { bit in
            refusal { () throws(WireError) in
                try SyncRequest.decode(flipped(bytes, bit: bit))
            } == nil
        }
        #expect(taken.isEmpty)
    }

    @Test("Frames of a request in another order are refused")
    func order() throws {
        var random = SeededGenerator(seed: 6)
        let parts = try frames(body(random.hello(), chain(1, &random))).map { $0.encoded() }
        let page = Frame(.page, []).encoded()
        let signed = parts[0] + parts[2]
        for (stream, expected): ([UInt8], WireError) in [
            ([], .truncated),
            (parts[0], .truncated),
            (parts[1] + parts[2], .unexpected("hello frame")),
            (parts[0] + parts[1], .truncated),
            (parts[0] + page, .unexpected("frame of a request")),
            (parts[0] + parts[1] + parts[2] + parts[1], .invalid("bytes after the signature")),
            (parts[0] + parts[1] + parts[2] + [0], .invalid("bytes after the signature")),
            (signed, .invalid("length of the signature")),
            (parts[0] + Frame(.changeSets, []).encoded(), .unexpected("change set")),
        ] {
            #expect(refusal { () throws(WireError) in try SyncRequest.decode(stream) } == expected)
        }
    }

    @Test("Another protocol version is told apart from rubbish", arguments: [
        ("8102", 2 as UInt32), ("9818 19FFFF", 0xFFFF), ("811BFFFFFFFFFFFFFFFF", .max), ("8100", 0),
    ])
    func versions(hello: String, version: UInt32) throws {
        // Whatever else a later hello holds, it starts with an array and the version.
        let bytes = try hex(hello) + [UInt8](repeating: 0, count: 40)
        let stream = Frame(.hello, bytes).encoded()
        let error = refusal { () throws(WireError) in try SyncRequest.decode(stream) }
        #expect(error == .unsupportedVersion(version))
        #expect(error?.problem.code == .protocolUnsupported)
    }

    @Test("The limits of a push are those of its parts and of the whole")
    func limits() throws {
        var random = SeededGenerator(seed: 7)
        let hello = random.hello()
        let small = ChangeSetCodec.seal(random.changeSet(changes: 0)).bytes
        func refused(_ changeSets: [[UInt8]]) -> WireError? {
            let body = SyncRequest.encode(
                hello: hello, changeSets: changeSets, signature: Self.signature)
            return refusal { () throws(WireError) in try SyncRequest.decode(body) }
        }
        let most = Limits.changeSetsPerPushMax
        #expect(refused(Array(repeating: small, count: most)) == nil)
        #expect(
            refused(Array(repeating: small, count: most + 1)) == .overLimit("changeSetsPerPushMax"))
        let large = large(&random)
        #expect(large.count > 3 << 20)
        #expect(refused([large, small, large]) == nil)
        #expect(refused([large, large, large]) == .overLimit("pushBytesMax"))
        let zeros = [UInt8](repeating: 0, count: Limits.requestBytesMax + 1)
        let error = refusal { () throws(WireError) in try SyncRequest.decode(zeros) }
        #expect(error == .overLimit("requestBytesMax"))
    }

    /// A change set over several frames.
    private func large(_ random: inout SeededGenerator) -> [UInt8] {
        let blob = Value.blob([UInt8](repeating: 1, count: 200_000))
        let base = random.changeSet()
        let changes = (0..<16).map {
            RowChange(
                table: 1, key: RowKey(high: 0, low: UInt64($0)), kind: .insert,
                puts: [RowChange.Put(1, blob)])
        }
        let content = ChangeSet(
            tenant: base.tenant, device: base.device, previous: nil, context: base.context,
            schemaVersion: 1, changes: changes, intent: nil, claimed: base.claimed,
            made: base.made)
        return ChangeSetCodec.seal(content).bytes
    }
}
