import LynkClient
import LynkCore
import Testing

/// The head of an answer, whoever wrote it.
@Suite struct ResponseHeadReaderTests {
    private func head(_ lines: String...) throws -> HTTPResponseHead {
        var reader = ResponseHeadReader()
        for line in lines {
            var line = line
            try line.withUTF8 { try reader.take(UnsafeRawBufferPointer($0)) }
        }
        return reader.head
    }

    @Test("The final head replaces an informational one")
    func informational() throws {
        let head = try head(
            "HTTP/1.1 103 Early Hints\r\n", "link: a\r\n", "\r\n", "HTTP/1.1 429 Later\r\n",
            "Retry-After:\t 7 \r\n")
        #expect(head.status == 429)
        #expect(head.retryAfter == .seconds(7))
        #expect(head["link"] == nil)
    }

    @Test("A status that is not three digits is none",
        arguments: ["-20", "+20", "20", "2 0", "２００", "", "0x1"])
    func badStatus(_ text: String) throws {
        #expect(try head("HTTP/1.1 \(text) OK\r\n").status == 0)
    }

    @Test("Heads above 64 KiB are broken off")
    func tooLong() {
        #expect(throws: Problem.self) {
            var reader = ResponseHeadReader()
            for _ in 0...(ResponseHeadReader.bytesMax / 64) {
                try Array("x: \(String(repeating: "y", count: 61))".utf8).withUnsafeBytes {
                    try reader.take($0)
                }
            }
        }
    }
}
