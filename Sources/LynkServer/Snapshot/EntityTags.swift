import HTTPTypes

/// The tags of a header If-None-Match (RFC 9110 section 13.1.2).
enum EntityTags: Equatable {
    /// `*`: whatever there is.
    case any
    /// Opaque tags without their quotes. Compared weakly, as this header asks for.
    case listed([String])

    /// More than these are not looked at: an honest client sends one or two.
    private static let countMax = 8

    /// - Returns: `nil` without the header, or when it is not a list of tags.
    init?(_ field: String?) {
        guard let field else { return nil }
        var rest = Substring(field)
        rest.trimSpaces()
        if rest == "*" {
            self = .any
            return
        }
        var tags: [String] = []
        while tags.count < Self.countMax {
            if rest.hasPrefix("W/") { rest = rest.dropFirst(2) }
            guard rest.first == "\"", let end = rest.dropFirst().firstIndex(of: "\"") else {
                return nil
            }
            tags.append(String(rest[rest.index(after: rest.startIndex)..<end]))
            rest = rest[rest.index(after: end)...]
            rest.trimSpaces()
            guard !rest.isEmpty else { break }
            guard rest.first == "," else { return nil }
            rest = rest.dropFirst()
            rest.trimSpaces()
        }
        self = .listed(tags)
    }

    func contain(_ tag: String) -> Bool {
        switch self {
        case .any: true
        case .listed(let tags): tags.contains(tag)
        }
    }
}

extension Substring {
    fileprivate mutating func trimSpaces() {
        while first == " " || first == "\t" { removeFirst() }
        while last == " " || last == "\t" { removeLast() }
    }
}
