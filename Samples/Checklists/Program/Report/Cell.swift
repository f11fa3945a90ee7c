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
        case .blob(let data): hexadecimal(Array(data.prefix(4))) + (data.count > 4 ? "…" : "")
        }
    }
}
