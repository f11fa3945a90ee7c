import Foundation
import LynkCore

/// A comma-separated file of many tenants, cut into one file for each.
///
/// The sample data has no quoted fields; the importers validate each row, so this only looks at
/// the column that it cuts by.
struct FileByTenant {
    private(set) var parts: [String: String] = [:]

    /// Lines end as the file's own do, LF or CRLF.
    ///
    /// - Parameters:
    ///   - column: names the row's owner.
    ///   - owner: the tenant of what stands there, `nil` to leave the row out.
    /// - Throws: ``Problem`` `import_invalid` when the header has no such column.
    init(_ text: String, column: String, owner: (String) -> String?) throws {
        var lines = text.split(whereSeparator: \.isNewline)[...]
        let header = lines.popFirst() ?? ""
        guard let place = header.split(separator: ",").firstIndex(where: { $0 == column }) else {
            throw Problem(.importInvalid, "line 1: no column \(column)")
        }
        for line in lines {
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.indices.contains(place), let owner = owner(String(fields[place])) else {
                continue
            }
            parts[owner, default: header + "\n"] += line + "\n"
        }
    }

    /// The values of two columns, row by row.
    static func pairs(_ text: String, _ first: String, _ second: String) -> [(String, String)] {
        let lines = text.split(whereSeparator: \.isNewline)
        let header = lines.first?.split(separator: ",").map(String.init) ?? []
        guard let left = header.firstIndex(of: first), let right = header.firstIndex(of: second)
        else { return [] }
        return lines.dropFirst().compactMap { line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count == header.count else { return nil }
            return (String(fields[left]), String(fields[right]))
        }
    }
}
