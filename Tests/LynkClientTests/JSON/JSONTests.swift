import LynkCore
import Testing

@testable import LynkClient

@Suite("JSON, strictly")
struct JSONTests {
    private func read(_ text: String) -> JSONValue? { JSONValue.read(Array(text.utf8)) }

    static let texts: [(String, JSONValue)] = [
        ("null", .null),
        (" true ", .bool(true)),
        ("false", .bool(false)),
        ("0", .integer(0)),
        ("-9223372036854775808", .integer(.min)),
        ("9223372036854775807", .integer(.max)),
        ("9223372036854775808", .real(9_223_372_036_854_775_808)),
        ("-0.5e+2", .real(-50)),
        ("1e999", .real(.infinity)),
        ("\"\"", .string("")),
        (#""a\"\\\/\b\f\n\r\t""#, .string("a\"\\/\u{8}\u{c}\n\r\t")),
        (#""₹ \u20b9 \ud83d\ude00""#, .string("₹ ₹ 😀")),
        ("[]", .array([])),
        ("[1, [2], {}]", .array([.integer(1), .array([.integer(2)]), [:]])),
        (#"{"a":1, "b":{"c":"d"}}"#, ["a": .integer(1), "b": ["c": "d"]]),
    ]

    @Test("Texts and what they mean", arguments: texts)
    func meaning(text: String, value: JSONValue) {
        #expect(read(text) == value)
        guard value != .real(.infinity) else { return }
        #expect(JSONValue.read(value.encoded) == value)
    }

    @Test(
        "What is not exactly one JSON text is nothing",
        arguments: [
            "", " ", "nul", "truefalse", "01", "1.", ".5", "1e", "+1", "- 1", "\"", "\"\u{1}\"",
            #""\x""#, #""\u12g4""#, #""\ud800""#, #""\ud800\u0041""#, #""\udc00""#, "[1,]", "[1 2]",
            "{", "{\"a\"}", "{\"a\":1,}", "{a:1}", "{\"a\":1,\"a\":2}", "1 2", "[",
        ])
    func refused(text: String) {
        #expect(read(text) == nil)
    }

    @Test("Text that is not UTF-8 is nothing")
    func notText() {
        #expect(JSONValue.read([0x22, 0xC3, 0x28, 0x22]) == nil)
    }

    @Test("Depth is bounded")
    func depth() {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(read(nested(16)) != nil)
        #expect(read(nested(17)) == nil)
        #expect(read(nested(100_000)) == nil)
    }

    @Test("Any prefix of a text, and any text with one byte changed, is read without a trap")
    func mutations() {
        let text = Array(#"{"a":[1,-2.5e3,"\u20b9x"],"b":{"c":null,"d":true}}"#.utf8)
        for end in text.indices { #expect(JSONValue.read(Array(text[..<end])) == nil) }
        for index in text.indices {
            for byte in UInt8.min ... .max {
                var changed = text
                changed[index] = byte
                _ = JSONValue.read(changed)
            }
        }
    }

    @Test("Equal values have equal bytes")
    func canonical() {
        let value: JSONValue = ["b": .real(.infinity), "a": .array([.bool(true), "\u{1}\"\\"])]
        #expect(
            String(decoding: value.encoded, as: UTF8.self)
                == #"{"a":[true,"\u0001\"\\"],"b":null}"#)
    }
}

extension JSONTests {
    static let answers: [(Int, String?, String, ProblemCode, String)] = [
        (403, "application/problem+json", #"{"code":"device_revoked","detail":"x"}"#,
            .deviceRevoked, "x"),
        (404, "application/problem+json; charset=utf-8", #"{"code":"not_found"}"#, .notFound, ""),
        (422, "application/problem+json", #"{"code":"from_the_future","detail":"x"}"#,
            .bodyMalformed, "from_the_future: x"),
        (500, "application/problem+json", #"{"code":"from_the_future"}"#, .internalFailure,
            "from_the_future"),
        (500, "application/problem+json", "{", .responseInvalid,
            "the server answered with status 500"),
        (502, "text/html", "<h1>Bad gateway</h1>", .unreachable,
            "the server answered with status 502"),
        (503, "text/html", "", .overloaded, "the server answered with status 503"),
        (302, nil, "", .responseInvalid, "the server answered with status 302"),
        (200, "text/html", "", .responseInvalid, "the server answered with status 200"),
    ]

    @Test("What a refusal says", arguments: answers)
    func problems(answer: (Int, String?, String, ProblemCode, String)) {
        let headers = answer.1.map { [HTTPHeader("content-type", $0)] } ?? []
        let head = HTTPResponseHead(status: answer.0, headers: headers)
        #expect(
            ProblemDocument.problem(head, body: Array(answer.2.utf8))
                == Problem(answer.3, answer.4))
    }
}
