import LynkCore
import LynkWire
import TestSupport
import Testing

/// What a person kept of an exchange is shown without being told what it is.
@Suite("Captured messages") struct CapturedMessageTests {
    /// What a vector's bytes are to be shown as.
    private static func shown(_ vector: GoldenVector, _ file: String) throws -> JSONNode {
        let json = try #require(vector.json)
        switch file {
        case "change-set":
            return .object([.init("oid", .string(vector.oid ?? "")), .init("change-set", json)])
        case "page", "hello": return .object([.init(file, json)])
        default: return json
        }
    }

    @Test(
        "Every golden message, compressed or not, binary or JSON",
        arguments: [
            "change-set", "hello", "page", "request", "response", "session", "verify",
        ])
    func golden(file: String) throws {
        for vector in try GoldenVectors.read(file) {
            let bytes = try hex(vector.bytes)
            let expected = try Self.shown(vector, file)
            #expect(try CapturedMessage.node(of: bytes) == expected, "\(vector.name)")
            #expect(try CapturedMessage.node(of: Zstd.compress(bytes)) == expected)
            #expect(try CapturedMessage.node(of: expected.indented) == expected)
        }
    }

    @Test("The first byte that cannot be read is named")
    func offsets() throws {
        let page = try hex(try #require(try GoldenVectors.read("page").first).bytes)
        let whole = Frame(.problem, [0x82, 0x61, 0x61, 0x61, 0x62]).encoded()
        // The text of the second problem is not UTF-8.
        let bad = Frame(.problem, [0x82, 0x61, 0x61, 0x61, 0xFF]).encoded()
        var bent = whole
        bent[bent.count - 1] ^= 1
        for (bytes, code, start) in [
            ([], ProblemCode.bodyMalformed, "at byte 0: truncated"),
            ([0x07], .bodyMalformed, "at byte 0: "),
            (Array("no message".utf8), .bodyMalformed, "at byte 0: "),
            (Array("[1,".utf8), .bodyMalformed, "the text is not JSON from byte 3 on"),
            (whole + bad, .bodyMalformed, "at byte 22, in [1].problem.detail: invalidText"),
            (whole + bent, .bodyMalformed, "at byte 14, in [1]: checksumMismatch"),
            (whole + whole.dropLast(), .bodyMalformed, "at byte 14, in [1]: truncated"),
            ([0, 0x20, 0, 0, 1], .bodyTooLarge, "at byte 0, in [0]: the limit frameBytesMax"),
            (Frame(FrameType(rawValue: 0x60), [1]).encoded(), .bodyMalformed, "at byte 5, in [0]"),
            (Array(page.dropLast()), .bodyMalformed, "at byte 0, in page: truncated"),
            (
                Zstd.compress(whole + bent), .bodyMalformed,
                "at byte 14 of what was compressed, in [1]: checksumMismatch"
            ),
            (Array(Zstd.compress(whole).dropLast()), .bodyMalformed, "the zstd frame: truncated"),
            ([0x28, 0xB5, 0x2F, 0xFD, 0xFF], .bodyMalformed, "the zstd frame: "),
            (
                [UInt8](repeating: 0x8A, count: Limits.captureBytesMax + 1), .bodyTooLarge,
                "the limit captureBytesMax"
            ),
        ] as [([UInt8], ProblemCode, String)] {
            let problem = #expect(throws: Problem.self) { try CapturedMessage.node(of: bytes) }
            #expect(problem?.code == code, "\(start)")
            #expect(problem?.detail.hasPrefix(start) == true, "\(start): \(problem?.detail ?? "")")
        }
    }

    @Test(
        "Damaged bytes are shown or refused, and nothing else", arguments: 0..<20 as Range<UInt64>)
    func damaged(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let files = ["change-set", "hello", "page", "request", "response", "session", "verify"]
        for file in files {
            for vector in try GoldenVectors.read(file) {
                var bytes = try hex(vector.bytes)
                if Bool.random(using: &random) { bytes = Zstd.compress(bytes) }
                for _ in 0..<Int.random(in: 1...4, using: &random) where !bytes.isEmpty {
                    let index = bytes.indices.randomElement(using: &random) ?? 0
                    bytes[index] = UInt8.random(in: 0...255, using: &random)
                    if Int.random(in: 0..<8, using: &random) == 0 { bytes.removeLast() }
                }
                do throws(Problem) {
                    #expect(!(try CapturedMessage.node(of: bytes).encoded.isEmpty))
                } catch {
                    #expect([.bodyMalformed, .bodyTooLarge].contains(error.code), "\(error)")
                    #expect(!error.detail.isEmpty)
                }
            }
        }
    }
}
