import LynkCore
import LynkServer
import LynkWire
import TestSupport
import Testing

/// The exchange in JSON over real TLS, as a person with curl sees it.
struct JSONFormTests {
    private static let json = "application/json"
    private static let cbor = "application/vnd.lynk.sync+cbor"

    private static let page = page(seed: 1)

    private static func page(seed: UInt64) -> [UInt8] {
        var random = SeededGenerator(seed: seed)
        let writer = PageWriter()
        let table = TableSchema(7, "note", .mutable, [FieldSchema(1, "number", .integer)])
        let section = writer.section(table, handles: [1]) { _ in "tenant" }
        for number: UInt64 in 1...400 {
            let stamp = Stamp(
                era: 1, number: number, effective: HybridTimestamp(rawValue: number), author: 1)
            RowKey(high: 1, low: number).bytes.withUnsafeBytes { key in
                writer.begin(section, key: key, record: StampRecord(scopes: [1], row: stamp)) {
                    (EraID(high: 2, low: UInt64($0.era)), LaneID(high: 3, low: UInt64($0.author)))
                }
            }
            section.append(
                .integer(.random(in: .min ... .max, using: &random)), column: 0)
            writer.end(rowBytes: 32)
        }
        return writer.finish()
    }

    @Test func aPushInJSONIsAnsweredInJSON() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            store.with { $0.pages = [Self.page] }
            let change = device.changeSet(1)
            let body = try MessageJSON.text(of: device.body([change]))
            for encodings in [[], ["Accept-Encoding: zstd"]] {
                let answer = try await device.sync(
                    at: server, body, headers: encodings, type: "\(Self.json); charset=utf-8")
                #expect(answer.status == 200)
                #expect(answer.headers["content-type"] == Self.json)
                #expect(answer.headers["vary"] == "Accept, Accept-Encoding")
                #expect((answer.headers["content-encoding"] == "zstd") == !encodings.isEmpty)
                let frames = try answer.framesOfJSON()
                guard frames.count == 4, case .receipts(let receipts) = frames[1] else {
                    return #expect(Bool(false), "\(frames)")
                }
                #expect(receipts.map(\.oid) == [change.oid])
                #expect(
                    Array(frames[2...]) == [
                        .page(Self.page), .checkpoint(FakeTenantStore.checkpoint),
                    ])
            }
            let packed = try await device.sync(
                at: server, Zstd.compress(body), headers: ["Content-Encoding: zstd"],
                type: Self.json)
            #expect(try packed.framesOfJSON().count == 4)
        }
    }

    @Test func acceptDecidesAndElseTheFormOfTheRequest() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let frames = try device.body()
            let text = try MessageJSON.text(of: frames)
            let cases: [(accept: String?, ofCBOR: String, ofJSON: String)] = [
                (nil, Self.cbor, Self.json),
                ("*/*", Self.cbor, Self.json),
                ("application/*", Self.cbor, Self.json),
                ("text/html", Self.cbor, Self.json),
                (Self.json, Self.json, Self.json),
                (Self.cbor, Self.cbor, Self.cbor),
                ("\(Self.json);q=0.5, \(Self.cbor)", Self.cbor, Self.cbor),
                ("\(Self.cbor); q=0.5, Application/JSON", Self.json, Self.json),
                ("\(Self.json);q=0, */*", Self.cbor, Self.cbor),
                ("*/*;q=0.1, \(Self.json)", Self.json, Self.json),
            ]
            for (accept, ofCBOR, ofJSON) in cases {
                // The empty field keeps curl from sending its own.
                let headers = ["Accept:\(accept.map { " \($0)" } ?? "")"]
                let first = try await device.sync(at: server, frames, headers: headers)
                #expect(first.headers["content-type"] == ofCBOR, "\(headers)")
                let second = try await device.sync(
                    at: server, text, headers: headers, type: Self.json)
                #expect(second.headers["content-type"] == ofJSON, "\(headers)")
            }
        }
    }

    @Test func aStreamedAnswerIsOneArray() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let store = try #require(server.tenants[device.principal.tenant])
            let text = try MessageJSON.text(of: device.body())
            let pages = (1...40).map { Self.page(seed: $0) }
            #expect(pages.reduce(0) { $0 + $1.count } > 200_000)
            for failure in [nil, Problem(.storeFailed, "disk")] {
                store.with {
                    $0.pages = pages
                    $0.pullFailure = failure
                }
                for encodings in [[], ["Accept-Encoding: zstd"]] {
                    let answer = try await device.sync(
                        at: server, text, headers: encodings, type: Self.json)
                    #expect(answer.headers["content-length"] == nil)
                    let frames = try answer.framesOfJSON()
                    #expect(Array(frames[1..<41]) == pages.map(ResponseFrame.page))
                    #expect(
                        frames.last
                            == failure.map(ResponseFrame.problem)
                            ?? .checkpoint(FakeTenantStore.checkpoint))
                }
            }
        }
    }

    @Test func aVerifyInJSONIsAnsweredInJSON() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let body = VerifyRequest(
                scopeSetHash: [UInt8](repeating: 3, count: 8), position: 0, asks: []
            ).encoded()
            func verify(_ type: String, _ body: [UInt8]) async throws -> Answer {
                try await server.request(
                    "POST", "/v1/tenants/\(device.principal.tenant)/verify", token: device.token,
                    headers: ["Content-Type: \(type)"], body: body)
            }
            let frames = try await verify(Self.cbor, body)
            let text = try await verify(Self.json, MessageJSON.text(of: body))
            #expect(frames.status == 200)
            #expect(text.headers["content-type"] == Self.json)
            #expect(try MessageJSON.body(of: text.body) == frames.body)
        }
    }

    @Test func badJSONNamesTheMemberAndStoresNothing() async throws {
        try await TestServer.run { server in
            let device = try await TestDevice.enrol(at: server)
            let good = try String(
                decoding: MessageJSON.text(of: device.body([device.changeSet(1)])), as: UTF8.self)
            let cases: [(name: String, body: String, says: String)] = [
                ("empty", "", "the text"),
                ("no array", "{}", "the text"),
                ("no messages", "[]", ""),
                ("frames", "\u{0}\u{0}\u{0}\u{1}", "the text"),
                ("unknown message", #"[{"hi":{}}]"#, "[0].hi"),
                ("missing member", #"[{"hello":{}}]"#, "[0].hello"),
                ("cut", String(good.dropLast(20)), "the text"),
                ("two values", good + good, "the text"),
                (
                    "number for string", good.replacing(#""kind":"insert""#, with: #""kind":1"#),
                    "changes[0].kind"
                ),
            ]
            for (name, body, says) in cases {
                let answer = try await device.sync(at: server, Array(body.utf8), type: Self.json)
                #expect(answer.status == 400, "\(name)")
                #expect(answer.code == "body_malformed", "\(name)")
                let detail = answer.json["detail"] as? String ?? ""
                #expect(detail.contains(says), "\(name): \(detail)")
            }
            let large = try await device.sync(
                at: server, [UInt8](repeating: 0x20, count: Limits.requestBytesMax + 1),
                type: Self.json)
            #expect(large.code == "body_too_large")
            let deep = try await device.sync(
                at: server, [UInt8](repeating: UInt8(ascii: "["), count: 100_000), type: Self.json)
            #expect(deep.code == "body_too_large")
            #expect((deep.json["detail"] as? String)?.contains("nestingMax") == true)
            let store = try #require(server.tenants[device.principal.tenant])
            #expect(store.with { $0.groups } == [])
        }
    }
}

extension Answer {
    /// The frames that the messages of an answer in JSON stand for.
    fileprivate func framesOfJSON() throws -> [ResponseFrame] {
        let plain =
            headers["content-encoding"] == "zstd"
            ? try Zstd.decompress(body, limit: Limits.requestBytesMax) : body
        var reader = FrameReader()
        reader.append(try MessageJSON.body(of: plain))
        var frames: [ResponseFrame] = []
        while let frame = try reader.next() { frames.append(try ResponseFrame.decode(frame)) }
        return frames
    }
}
