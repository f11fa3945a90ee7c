import Foundation
import GRDB
import Lynk

/// One value for people.
enum Cell {
    static func text(_ value: DatabaseValue) -> String {
        switch value.storage {
        case .null: "-"
        case .int64(let number): "\(number)"
        case .double(let number): "\(number)"
        case .string(let text): text
        case .blob(let data): blob(Array(data))
        }
    }

    /// A list as its texts, anything else by its first bytes.
    static func blob(_ bytes: [UInt8]) -> String {
        if let texts = Lists.texts(bytes), !texts.isEmpty { return texts.joined(separator: " | ") }
        return hexadecimal(Array(bytes.prefix(4))) + (bytes.count > 4 ? "…" : "")
    }
}
