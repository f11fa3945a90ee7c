import HTTPTypes

/// What a header Range asks for of something of a known length (RFC 9110 section 14).
enum ByteRange: Equatable {
    /// All of it: no header, one that is not understood, or several ranges, which a server may
    /// answer so. One range is what a download goes on with; many are how a server is made to work.
    case whole
    case part(Range<Int>)
    /// Nothing of it is there.
    case unsatisfiable

    init(_ field: String?, of length: Int) {
        self = .whole
        guard let field, let equals = field.firstIndex(of: "="),
            field[..<equals].lowercased() == "bytes"
        else { return }
        let spec = field[field.index(after: equals)...].filter { $0 != " " && $0 != "\t" }
        let ends = spec.split(separator: "-", omittingEmptySubsequences: false)
        guard ends.count == 2 else { return }
        guard let first = Self.number(ends[0]) else {
            // The last so many bytes.
            guard ends[0].isEmpty, let count = Self.number(ends[1]) else { return }
            self =
                count == 0 || length == 0
                ? .unsatisfiable : .part(max(length - count, 0)..<length)
            return
        }
        guard let last = ends[1].isEmpty ? .max : Self.number(ends[1]), first <= last else {
            return
        }
        self = first < length ? .part(first..<min(last, length - 1) + 1) : .unsatisfiable
    }

    /// Digits alone; one above what an `Int` holds is past every length.
    private static func number(_ text: Substring) -> Int? {
        guard !text.isEmpty, text.utf8.allSatisfy({ (48...57).contains($0) }) else { return nil }
        return Int(text) ?? .max
    }
}
