import LynkCore

/// Reads comma-separated values as RFC 4180 has them, and nothing looser.
///
/// Lines end in CRLF or LF; a field in double quotes may hold commas, line ends and doubled
/// quotes; a quote inside an unquoted field is an error. A byte order mark is skipped and the
/// last line may lack its end.
public struct CSVReader: Sendable {
    /// A record of more fields is refused: no importer reads a tenth of them.
    public static let fieldsMax = 256

    /// One record, and the line on which it starts, from 1.
    public struct Record: Hashable, Sendable {
        public let line: Int
        public let fields: [String]
    }

    private let bytes: [UInt8]
    private var at = 0
    private var line = 1

    public init(_ text: String) {
        bytes = Array(text.utf8)
        if bytes.starts(with: [0xEF, 0xBB, 0xBF]) { at = 3 }
    }

    /// The next record, or `nil` at the end; an empty line is a record of one empty field.
    ///
    /// - Throws: ``ImportProblem`` naming the line.
    public mutating func next() throws -> Record? {
        guard at < bytes.count else { return nil }
        let start = line
        var fields: [String] = []
        while true {
            guard fields.count < Self.fieldsMax else {
                throw problem(fields.count + 1, "more than \(Self.fieldsMax) fields in a record")
            }
            fields.append(try field(fields.count + 1))
            guard at < bytes.count else { break }
            let separator = bytes[at]
            at += 1
            if separator == UInt8(ascii: ",") { continue }
            if separator == UInt8(ascii: "\r") { at += 1 }
            line += 1
            break
        }
        return Record(line: start, fields: fields)
    }

    /// Reads up to the separator behind the field: a comma, a line end or the end.
    private mutating func field(_ number: Int) throws -> String {
        guard at < bytes.count, bytes[at] == UInt8(ascii: "\"") else { return try plain(number) }
        at += 1
        let start = at
        var doubled = 0
        while at < bytes.count {
            let byte = bytes[at]
            at += 1
            if byte == UInt8(ascii: "\n") { line += 1 }
            guard byte == UInt8(ascii: "\"") else { continue }
            if at < bytes.count, bytes[at] == UInt8(ascii: "\"") {
                doubled += 1
                at += 1
                continue
            }
            guard isSeparator else {
                throw problem(number, "text after the closing quote")
            }
            return content(start..<at - 1, doubled: doubled)
        }
        throw problem(number, "a quote is not closed")
    }

    /// A quoted field's text, of each doubled quote one.
    private func content(_ range: Range<Int>, doubled: Int) -> String {
        if doubled == 0 { return String(decoding: bytes[range], as: UTF8.self) }
        var content: [UInt8] = []
        content.reserveCapacity(range.count - doubled)
        var place = range.lowerBound
        while place < range.upperBound {
            content.append(bytes[place])
            place += bytes[place] == UInt8(ascii: "\"") ? 2 : 1
        }
        return String(decoding: content, as: UTF8.self)
    }

    private mutating func plain(_ number: Int) throws -> String {
        let start = at
        while !isSeparator {
            if bytes[at] == UInt8(ascii: "\"") {
                throw problem(number, "a quote in a field without quotes")
            }
            if bytes[at] == UInt8(ascii: "\r") { throw problem(number, "a bare carriage return") }
            at += 1
        }
        return String(decoding: bytes[start..<at], as: UTF8.self)
    }

    private var isSeparator: Bool {
        guard at < bytes.count else { return true }
        switch bytes[at] {
        case UInt8(ascii: ","), UInt8(ascii: "\n"): return true
        case UInt8(ascii: "\r"):
            return at + 1 < bytes.count && bytes[at + 1] == UInt8(ascii: "\n")
        default: return false
        }
    }

    private func problem(_ field: Int, _ reason: String) -> ImportProblem {
        ImportProblem(line: line, column: "field \(field)", reason: reason)
    }
}
