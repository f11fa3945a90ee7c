package import LynkCore

/// Reads the head of an answer line by line, as libcurl hands it over.
package struct ResponseHeadReader {
    /// What all lines of an attempt may have, line ends included.
    package static let bytesMax = 64 << 10

    private var status = 0
    private var headers: [HTTPHeader] = []
    private var byteCount = 0

    package init() {}

    /// What the lines say so far; a status of 0 where they name none.
    package var head: HTTPResponseHead { HTTPResponseHead(status: status, headers: headers) }

    /// Takes one line. A status line starts a new head: after an informational answer the final
    /// one follows.
    ///
    /// - Throws: ``Problem`` `response_invalid` above ``bytesMax``.
    package mutating func take(_ line: UnsafeRawBufferPointer) throws(Problem) {
        byteCount += line.count
        guard byteCount <= Self.bytesMax else {
            throw Problem(.responseInvalid, "the headers are longer than 64 KiB")
        }
        let text = String(decoding: line, as: UTF8.self)
        if text.hasPrefix("HTTP/") {
            let parts = text.split(separator: " ", maxSplits: 2)
            status = parts.count > 1 ? Self.status(parts[1].prefix(3)) : 0
            headers = []
        } else if let colon = text.utf8.firstIndex(of: UInt8(ascii: ":")) {
            let value = text[text.utf8.index(after: colon)...]
            headers.append(HTTPHeader(String(text[..<colon]), Self.trimmed(value)))
        }
    }

    /// Three digits (RFC 9110 section 15); 0 for anything else.
    private static func status(_ text: Substring) -> Int {
        guard text.utf8.count == 3, text.utf8.allSatisfy({ 48...57 ~= $0 }) else { return 0 }
        return Int(text) ?? 0
    }

    /// Without the spaces, tabs and line ends around it.
    private static func trimmed(_ text: Substring) -> String {
        let isSpace = { (byte: UInt8) in byte == 32 || byte == 9 || byte == 13 || byte == 10 }
        let bytes = text.utf8.drop(while: isSpace)
        guard let last = bytes.lastIndex(where: { !isSpace($0) }) else { return "" }
        return String(decoding: bytes[...last], as: UTF8.self)
    }
}
