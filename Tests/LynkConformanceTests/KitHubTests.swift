import Foundation
import Testing

@testable import LynkConformance

@Suite("The kit's own hub")
struct KitHubTests {
    private static let schema = try? BookSchema(
        .object([
            "tables": .array([
                .object([
                    "id": .number(7),
                    "fields": .array([
                        .object([
                            "id": .number(4),
                            "defaultValue": .object(["text": .string("INR")]),
                        ])
                    ]),
                ])
            ])
        ]))

    private static func hello(_ device: [UInt8], _ lane: [UInt8]) -> [UInt8] {
        let item = CBORItem.array([
            .unsigned(1), .bytes(device), .bytes(lane), .text("payments"), .unsigned(3), .null,
            .array([.unsigned(0), .array([]), .bytes([])]),
            .array([.unsigned(1), .bytes(device), .unsigned(1)]), .bytes([]), .map([]),
        ])
        return RawFrame(1, item.encoded).encoded
            + RawFrame(3, CBORItem.bytes([]).encoded).encoded
    }

    @Test(
        "what it answers keeps the laws that the kit holds servers to", arguments: 0...3)
    func answers(codec: UInt64) throws {
        var random = SeededRandom(seed: 5)
        var hub = HubState(schema: try #require(Self.schema), seed: 4)
        hub.columnCodec = codec
        for name in 1...3 {
            let stamp = hub.commit(random.bytes(32), "accepted", now: UInt64(name))
            hub.put(
                .init(table: 7, key: random.id()),
                [3: .integer(Int64(name) - 2), 4: .text(name == 1 ? "INR" : "USD")], stamp,
                author: random.id())
        }
        let key = SigningKey.drawn(&random)
        let (id, lane) = (random.id(), random.id())
        let enrolled = HubState.Enrolled(id: id, user: id, publicKey: key.publicKey, code: "")
        let reply = hub.exchange(try Upload(Self.hello(id, lane)), as: enrolled, now: 9)
        #expect(reply.breaches.isEmpty)
        let answer = try Answer(reply.frames.flatMap(\.encoded))
        var device = TestDevice(
            tenant: hub.tenant, id: id, user: id, key: key, token: "", code: "", lane: lane)
        #expect(AnswerLaws(answer, to: device, sent: []).breaches.isEmpty)
        device.take(answer, sent: [])
        #expect(device.rows.count == 3)
        // The default is in no image, so in no page either.
        #expect(device.rows.values.count { $0.fields[4] == nil } == 1)
        #expect(device.root == answer.checkpoint?.root)
    }

    @Test("a request that no writer of the book makes is refused")
    func refused() throws {
        let id = [UInt8](repeating: 1, count: 16)
        var body = Self.hello(id, id)
        body[12] ^= 1
        #expect(throws: CBORSlip.self) { try Upload(body) }
        #expect(throws: CBORSlip.self) { try Upload([]) }
    }

    @Test("each fault of an answer changes it, with checksums that are good but for one")
    func faults() throws {
        let frames = [RawFrame(0x13, CBORItem.array([.unsigned(5), .bytes([1, 2])]).encoded)]
        let honest = try AnswerFault(way: .none).body(frames)
        let changes: [FrameFault.Change] = [
            .drop, .twice, .checksum, .flip(0), .payload([0]), .set([0], .null), .add([0], 2),
            .invert([1]), .remove([1]), .append([], .null), .follow(0x80, []),
        ]
        var seen: Set<[UInt8]> = [honest]
        for change in changes {
            let fault = AnswerFault(way: .frames([.init(type: 0x13, change: change)]))
            let body = try fault.body(frames)
            #expect(seen.insert(body).inserted, "\(change)")
            if case .checksum = change {
                #expect(throws: CBORSlip.self) { try RawFrame.all(in: body) }
            } else {
                _ = try RawFrame.all(in: body)
            }
        }
    }
}
