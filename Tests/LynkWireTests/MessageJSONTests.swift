import LynkCore
import LynkWire
import TestSupport
import Testing

/// The JSON of a message is as exact as its CBOR (Protocol/12-json.md).
@Suite("Messages in JSON") struct MessageJSONTests {
    /// JSON and back: the same bytes, whatever spelling the text had on its way.
    private func law(_ body: [UInt8]) throws {
        let text = try MessageJSON.text(of: body)
        #expect(try MessageJSON.body(of: text) == body)
        let indented = try MessageJSON.read(text).indented
        #expect(try MessageJSON.body(of: indented) == body)
    }

    private func law(_ payload: [UInt8], _ part: MessageJSON.Part) throws {
        let node = try MessageJSON.node(of: payload, as: part)
        let again = try MessageJSON.read(node.encoded)
        #expect(again == node)
        #expect(try MessageJSON.payload(of: again, as: part) == payload)
    }

    @Test("The JSON of every golden vector is exact",
        arguments: GoldenVectors.forms.keys.sorted())
    func golden(file: String) throws {
        let form = try #require(GoldenVectors.forms[file])
        for vector in try GoldenVectors.read(file) {
            switch form {
            case .none: #expect(vector.json == nil)
            case .part, .body:
                let json = try #require(vector.json, "\(vector.name) has no JSON")
                let bytes = try GoldenVectors.bytes(of: json, in: form)
                #expect(try bytes == hex(vector.bytes), "\(vector.name)")
            }
        }
    }

    @Test("The JSON of any message is exact", arguments: 0..<40)
    func random(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<8 {
            let frame = random.response()
            if case .page = frame { continue }
            try law(frame.encoded())
        }
        try law(random.verifyRequest().encoded())
        try law(random.manifest().encoded())
        try law(VerifyAnswer(position: 1, parts: random.verifyAnswer().parts).encoded())
        let sealed = ChangeSetCodec.seal(random.changeSet())
        try law(sealed.bytes, .changeSet)
        let next = ChangeSetCodec.seal(random.changeSet(previous: sealed.oid))
        try law(
            SyncRequest.encode(
                hello: random.hello(), changeSets: [sealed.bytes, next.bytes],
                signature: random.bytes(64)))
    }

    @Test("A change set written in JSON has the content id of its bytes")
    func contentID() throws {
        let text = """
            {"tenant": "11111111-1111-1111-1111-111111111111",
             "device": "d1d1d1d1-d1d1-d1d1-d1d1-d1d1d1d1d1d1",
             "previous": null, "context": [], "schema-version": 1,
             "claimed": "115343360000000000",
             "made": {"wall": "1760000000000",
                      "boot": "b0b0b0b0-b0b0-b0b0-b0b0-b0b0b0b0b0b0", "ticks": "86400000"},
             "intent": null,
             "changes": [{"table": 7, "key": "a1a1a1a1-a1a1-a1a1-a1a1-a1a1a1a1a1a1",
                          "kind": "insert",
                          "puts": [{"field": 1, "value": {"integer": "125000"}},
                                   {"field": 2, "value": {"text": "UTR \\u20b9 \\ud83e\\uddfe"}},
                                   {"field": 3, "value": {"real": "0.1"}},
                                   {"field": 4, "value": {"blob": "00ff"}},
                                   {"field": 5, "value": null}]}]}
            """
        let node = try MessageJSON.read(Array(text.utf8))
        let opened = try ChangeSetCodec.open(MessageJSON.payload(of: node, as: .changeSet))
        #expect(
            opened.content.changes == [
                RowChange(
                    table: 7, key: Plain.identifier(0xA1), kind: .insert,
                    puts: [
                        .init(1, 125_000), .init(2, "UTR ₹ 🧾"), .init(3, .real(0.1)),
                        .init(4, .blob([0, 255])), .init(5, .null),
                    ])
            ])
        #expect(opened.content.claimed == HybridTimestamp(milliseconds: 1_760_000_000_000))
    }

    /// The whole text around one changed member of a checkpoint.
    private static func checkpoint(
        position: String = #""308""#, scopeSet: String = #""0102""#, more: String = ""
    ) -> String {
        #"[{"checkpoint":{"position":\#(position),"vector":[],"head":null,"#
            + #""scope-set":\#(scopeSet),"digest-root":"","extensions":{}\#(more)}}]"#
    }

    @Test("The skeleton of the table below is itself good")
    func skeleton() throws {
        let body = try MessageJSON.body(of: Array(Self.checkpoint().utf8))
        #expect(
            try ResponseFrame.decode(frames(body)[0])
                == .checkpoint(
                    Checkpoint(
                        position: 308, vector: .zero, head: nil, scopeSetHash: [1, 2],
                        digestRoot: [])))
    }

    private static let place = "[0].checkpoint"
    private static let long = "\"" + String(repeating: "00", count: 33) + "\""

    @Test("What is wrong with a text is said, and at which member", arguments: [
        (checkpoint(more: ",\"more\":1"), JSONError(place + ".more", .unknown)),
        (checkpoint(more: ",\"head\":null"), JSONError(place + ".head", .duplicate)),
        (checkpoint(position: "308"),
            JSONError(place + ".position", .expected("a string with a number of 64 bits"))),
        (checkpoint(position: "\"0308\""),
            JSONError(place + ".position", .expected("a string with a number of 64 bits"))),
        (checkpoint(position: "\"9223372036854775808\""),
            JSONError(place + ".position", .expected("a string with a number of 64 bits"))),
        (checkpoint(position: "null"),
            JSONError(place + ".position", .expected("a string with a number of 64 bits"))),
        (checkpoint(scopeSet: "\"0F\""),
            JSONError(place + ".scope-set", .expected("bytes in lower-case hexadecimal"))),
        (checkpoint(scopeSet: "\"012\""),
            JSONError(place + ".scope-set", .expected("bytes in lower-case hexadecimal"))),
        (checkpoint(scopeSet: long),
            JSONError(place + ".scope-set", .overLimit("digestBytesMax"))),
        (#"[{"checkpoint":{}}]"#, JSONError(place + ".position", .missing)),
        (#"[{"checkpoint":[]}]"#, JSONError(place, .expected("an object"))),
        (#"[{"chequepoint":{}}]"#, JSONError("[0].chequepoint", .unknown)),
        (#"[{"problem":{"code":"a","detail":""},"page":{}}]"#,
            JSONError(
                "[0]", .expected("an object with one member, the message's name"))),
        (#"{"problem":{"code":"a","detail":""}}"#,
            JSONError("", .expected("an array of messages"))),
        (#"[{"problem":{"code":"a","detail":7}}]"#,
            JSONError("[0].problem.detail", .expected("a string"))),
        ("[" + String(repeating: "[", count: 16),
            JSONError(String(repeating: "[0]", count: 16), .overLimit("nestingMax"))),
        ("[1,]", JSONError("", .syntax(at: 3))), ("[01]", JSONError("", .syntax(at: 2))),
        ("[\"\\ud800\"]", JSONError("", .syntax(at: 8))), ("", JSONError("", .syntax(at: 0))),
        ("[\"\n\"]", JSONError("", .syntax(at: 2))), ("[] []", JSONError("", .syntax(at: 3))),
        ("[1.]", JSONError("", .syntax(at: 3))), ("[tru]", JSONError("", .syntax(at: 1))),
    ])
    func refused(text: String, expected: JSONError) {
        #expect(throws: expected) { try MessageJSON.body(of: Array(text.utf8)) }
    }

    @Test("A value says its kind, and only one of them", arguments: [
        (#"{"integer":1}"#, ".integer"), (#"{"integer":"1","text":"a"}"#, ""),
        (#"{"number":"1"}"#, ".number"), (#""1""#, ""), (#"{"real":"nan"}"#, ".real"),
        (#"{"real":"-0.0"}"#, ".real"), (#"{"real":"0x1p3"}"#, ".real"),
        (#"{"real":"1e999"}"#, ".real"), (#"{"real":1.5}"#, ".real"), (#"{"blob":"A0"}"#, ".blob"),
        (#"{"text":null}"#, ".text"),
    ])
    func refusedValues(value: String, member: String) throws {
        let text = #"[{"table":1,"key":"11111111-1111-1111-1111-111111111111","kind":"update","#
            + #""puts":[{"field":1,"value":\#(value)}]}]"#
        let changes = try MessageJSON.read(Array(text.utf8))
        let sealed = ChangeSetCodec.seal(SeededGenerator.fixedChangeSet)
        guard
            case .object(let members) = try MessageJSON.node(of: sealed.bytes, as: .changeSet)
        else { return }
        let whole = JSONNode.object(
            members.map { $0.name == "changes" ? .init("changes", changes) : $0 })
        let error = #expect(throws: JSONError.self) {
            try MessageJSON.payload(of: whole, as: .changeSet)
        }
        #expect(error?.member == ".changes[0].puts[0].value" + member)
    }

    @Test("A damaged payload is refused at a byte and a member, or rendered; it never traps",
        arguments: 0..<20)
    func damaged(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let bytes = ChangeSetCodec.seal(random.changeSet()).bytes
        for bit in 0..<bytes.count * 8 {
            let damaged = flipped(bytes, bit: bit)
            do throws(MessageFault) {
                let node = try MessageJSON.node(of: damaged, as: .changeSet)
                // What has a form has one form, unless it is of another length.
                guard (try? ChangeSetCodec.open(damaged)) != nil else { continue }
                let again = try? MessageJSON.payload(of: node, as: .changeSet)
                #expect(again == damaged)
            } catch {
                #expect(error.offset >= 0 && error.offset <= bytes.count)
            }
        }
        for count in bytes.indices {
            let fault = #expect(throws: MessageFault.self) {
                try MessageJSON.node(of: Array(bytes[..<count]), as: .changeSet)
            }
            #expect((fault?.offset ?? -1) <= count)
        }
    }

    @Test("A fault names the byte and the member, also inside byte strings")
    func fault() throws {
        var bytes = ChangeSetCodec.seal(SeededGenerator.fixedChangeSet).bytes
        let fault = #expect(throws: MessageFault.self) {
            bytes[35] = 0xF5
            return try MessageJSON.node(of: bytes, as: .changeSet)
        }
        #expect(fault?.member == ".previous")
        #expect((35...36).contains(fault?.offset ?? 0))
        var writer = CBORWriter()
        writer.byteString(bytes)
        let inner = #expect(throws: MessageFault.self) {
            try MessageJSON.node(of: writer.bytes, as: .frame(.changeSets))
        }
        #expect(inner?.member == "[0].previous")
        #expect(inner?.offset == (fault?.offset ?? 0) + writer.bytes.count - bytes.count)
    }

    @Test("Pages are rows in JSON: values by the number of their field, ids in place of indexes")
    func pages() throws {
        let page = try GoldenVectors.read("page").first { $0.name == "three-rows" }
        let json = try #require(page?.json)
        guard case .array(let sections)? = json["sections"],
            case .array(let rows)? = sections.last?["rows"]
        else {
            Issue.record("the page has no sections")
            return
        }
        #expect(sections.count == 2 && rows.count == 1)
        #expect(rows[0]["fields"]?["2"] == .object([.init("text", .string("cash"))]))
        #expect(rows[0]["stamp"]?["number"] == .string("300"))
        #expect(sections[1]["scopes"] == .array([.string("tenant"), .string("worker/7")]))
    }

    @Test("A page whose stamp names no listed era is refused, and so are other fields in a row")
    func refusedPages() throws {
        let page = try #require(try GoldenVectors.read("page").first { $0.name == "three-rows" })
        let text = String(decoding: try #require(page.json).encoded, as: UTF8.self)
        func member(_ old: String, _ new: String) throws -> String? {
            let changed = text.replacing(old, with: new, maxReplacements: 1)
            #expect(changed != text)
            let node = try MessageJSON.read(Array(changed.utf8))
            let error = #expect(throws: JSONError.self) {
                try MessageJSON.payload(of: node, as: .page)
            }
            return error?.member
        }
        let era = "e1e1e1e1-e1e1-e1e1-e1e1-e1e1e1e1e1e1"
        #expect(
            try member("\"era\":\"" + era, "\"era\":\"" + era.replacing("e1", with: "e9"))
                == ".sections[0].rows[0].stamp.era")
        #expect(
            try member("\"2\":{\"text\":\"upi\"}", "\"3\":{\"text\":\"upi\"}")
                == ".sections[0].rows[1].fields.2")
        #expect(try member("\"removed\":[]", "\"gone\":[]") == ".sections[0].gone")
        #expect(try member("\"table\":7", "\"table\":-7") == ".sections[0].table")
    }

    @Test("A stream of frames renders as it comes, one message on each line")
    func stream() throws {
        var random = SeededGenerator(seed: 4)
        let sent = [
            ResponseFrame.welcome(random.welcome()), .receipts(random.receipts(3)),
            .checkpoint(random.checkpoint()),
        ]
        let body = sent.flatMap { $0.encoded() }
        var stream = MessageJSONStream()
        var text: [UInt8] = []
        for start in stride(from: 0, to: body.count, by: 7) {
            text += try stream.append(Array(body[start..<min(start + 7, body.count)]))
        }
        text += try stream.finish()
        #expect(try text == MessageJSON.text(of: body))
        #expect(text.split(separator: UInt8(ascii: "\n")).count == sent.count + 2)
        var cut = MessageJSONStream()
        _ = try cut.append(Array(body.dropLast()))
        #expect(throws: WireError.truncated) { try cut.finish() }
        #expect(try MessageJSON.text(of: []) == Array("[]\n".utf8))
    }
}

extension SeededGenerator {
    /// One change set with a previous one, for tests that change its bytes by hand.
    static var fixedChangeSet: ChangeSet {
        var random = SeededGenerator(seed: 12)
        return random.changeSet(previous: ContentID(hashing: [1]))
    }
}
