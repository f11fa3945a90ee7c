import LynkCore

/// Words at the beginning of a text that say which area it belongs to, and in an entry which
/// user, so that whoever reads the bytes on a line can tell what must not be there.
struct AreaMark: Hashable {
    private static let opening = Array("mark<".utf8)
    private static let closing = UInt8(ascii: ">")

    let area: String
    /// Whose entry it is, for rows that a user keeps when its area is left.
    let user: String

    init(area: String, user: String = "") {
        self.area = area
        self.user = user
    }

    /// The first mark in a text or a blob; `nil` for one without.
    init?(in value: Value) {
        let bytes: [UInt8]
        switch value {
        case .text(let text): bytes = Array(text.utf8.prefix(96))
        case .blob(let blob): bytes = blob
        default: return nil
        }
        guard let mark = Self.all(in: bytes).first else { return nil }
        self = mark
    }

    func text(_ words: String) -> String { "mark<\(area)|\(user)>\(words)" }

    /// Every mark in the bytes, in order.
    static func all(in bytes: [UInt8]) -> [AreaMark] {
        var marks: [AreaMark] = []
        var index = 0
        while let start = bytes[index...].firstIndex(of: opening[0]) {
            index = start + 1
            guard bytes[start...].starts(with: opening),
                let end = bytes[start...].prefix(96).firstIndex(of: closing)
            else { continue }
            let inside = String(decoding: bytes[(start + opening.count)..<end], as: UTF8.self)
            let parts = inside.split(separator: "|", omittingEmptySubsequences: false)
            // What only looks like the beginning of a mark does not hide the next one.
            guard parts.count == 2, !inside.contains("<") else { continue }
            marks.append(AreaMark(area: String(parts[0]), user: String(parts[1])))
            index = end
        }
        return marks
    }
}
