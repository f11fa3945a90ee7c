/// One token of Swift source, as far as the repository's checks need to tell tokens apart.
struct Token: Equatable {
    enum Kind { case word, number, string, mark }

    let kind: Kind
    let text: String
    /// From 1, as an editor counts.
    let line: Int
    /// Whether white space, a comment or the start of the file comes before.
    let isSpaced: Bool
}

/// Splits Swift source into tokens, leaving out comments and the contents of string literals.
///
/// It knows nested comments, multi-line and raw strings, and interpolations, whose code is
/// lexed like any other. It does not know regular expression literals: write `Regex("...")`.
struct SwiftLexer {
    private let bytes: [UInt8]
    private var at = 0
    private var line = 1
    private var isSpaced = true
    private(set) var tokens: [Token] = []
    /// Lines on which a documentation comment stands.
    private(set) var documentedLines: Set<Int> = []

    init(_ text: String) {
        bytes = Array(text.utf8)
        while at < bytes.count { step() }
    }

    private func byte(_ offset: Int = 0) -> UInt8? {
        at + offset < bytes.count ? bytes[at + offset] : nil
    }

    private func sees(_ text: StaticString) -> Bool {
        let count = text.utf8CodeUnitCount
        guard at + count <= bytes.count else { return false }
        return (0..<count).allSatisfy { bytes[at + $0] == text.utf8Start[$0] }
    }

    private mutating func advance(_ count: Int = 1) {
        for _ in 0..<count where at < bytes.count {
            if bytes[at] == UInt8(ascii: "\n") { line += 1 }
            at += 1
        }
    }

    private mutating func emit(_ kind: Token.Kind, _ text: String, line: Int) {
        tokens.append(Token(kind: kind, text: text, line: line, isSpaced: isSpaced))
        isSpaced = false
    }

    private mutating func step() {
        guard let next = byte() else { return }
        if sees("//") {
            lineComment()
        } else if sees("/*") {
            blockComment()
        } else if let hashes = stringOpening() {
            stringLiteral(hashes: hashes)
        } else if next == 0x20 || next == 0x09 || next == 0x0A || next == 0x0D {
            isSpaced = true
            advance()
        } else if isWord(next) {
            word(isNumber: next >= UInt8(ascii: "0") && next <= UInt8(ascii: "9"))
        } else {
            emit(.mark, String(decoding: [next], as: UTF8.self), line: line)
            advance()
        }
    }

    private mutating func lineComment() {
        if sees("///") { documentedLines.insert(line) }
        while let next = byte(), next != UInt8(ascii: "\n") { advance() }
        isSpaced = true
    }

    private mutating func blockComment() {
        let isDocumentation = sees("/**") && !sees("/**/")
        var depth = 0
        repeat {
            if isDocumentation { documentedLines.insert(line) }
            if sees("/*") {
                depth += 1
                advance(2)
            } else if sees("*/") {
                depth -= 1
                advance(2)
            } else {
                advance()
            }
        } while depth > 0 && at < bytes.count
        isSpaced = true
    }

    /// The number of `#` before a quote that opens here, or `nil` when no string opens here.
    private func stringOpening() -> Int? {
        var hashes = 0
        while byte(hashes) == UInt8(ascii: "#") { hashes += 1 }
        return byte(hashes) == UInt8(ascii: "\"") ? hashes : nil
    }

    private mutating func stringLiteral(hashes: Int) {
        emit(.string, "\"", line: line)
        advance(hashes)
        let isLong = sees("\"\"\"")
        advance(isLong ? 3 : 1)
        while at < bytes.count {
            if byte() == UInt8(ascii: "\\"), hasHashes(hashes, after: 1) {
                advance(1 + hashes)
                if byte() == UInt8(ascii: "(") { interpolation() } else { advance() }
            } else if isLong ? sees("\"\"\"") : byte() == UInt8(ascii: "\""),
                hasHashes(hashes, after: isLong ? 3 : 1)
            {
                advance((isLong ? 3 : 1) + hashes)
                return
            } else {
                advance()
            }
        }
    }

    private func hasHashes(_ count: Int, after offset: Int) -> Bool {
        (0..<count).allSatisfy { byte(offset + $0) == UInt8(ascii: "#") }
    }

    private mutating func interpolation() {
        var depth = 0
        repeat {
            if byte() == UInt8(ascii: "(") { depth += 1 }
            if byte() == UInt8(ascii: ")") { depth -= 1 }
            step()
        } while depth > 0 && at < bytes.count
    }

    private mutating func word(isNumber: Bool) {
        let start = at
        while let next = byte(), isWord(next) { advance() }
        let text = String(decoding: bytes[start..<at], as: UTF8.self)
        emit(isNumber ? .number : .word, text, line: line)
    }

    private func isWord(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "`"), 0x80...:
            true
        default: false
        }
    }
}
