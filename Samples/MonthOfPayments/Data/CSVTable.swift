import Foundation
import LynkCore

/// A comma-separated file with a header line, as the data set has them: no quotes, no empty lines.
struct CSVTable: Sendable {
    let header: String
    let columns: [String]
    /// The rows as they stand in the file, and cut into fields.
    let rows: [(text: Substring, fields: [Substring])]

    /// - Throws: ``Problem`` `import_invalid` naming the line, for a row of another width.
    init(contentsOf url: URL) throws {
        let text = try String(contentsOf: url, encoding: .utf8)
        var lines = text.split(separator: "\n")[...]
        guard let first = lines.popFirst() else {
            throw Problem(.importInvalid, "\(url.lastPathComponent) is empty")
        }
        header = String(first)
        columns = first.split(separator: ",").map(String.init)
        let width = columns.count
        rows = try lines.enumerated().map { index, line in
            let fields = line.split(separator: ",", omittingEmptySubsequences: false)
            guard fields.count == width else {
                throw Problem(
                    .importInvalid, "\(url.lastPathComponent) line \(index + 2): not \(width) fields")
            }
            return (line, fields)
        }
    }

    /// Where a column stands.
    ///
    /// - Throws: ``Problem`` `import_invalid` for a column that the file does not have.
    func ordinal(_ column: String) throws -> Int {
        guard let ordinal = columns.firstIndex(of: column) else {
            throw Problem(.importInvalid, "no column \(column)")
        }
        return ordinal
    }

    /// The file again, with only the rows of one group.
    func grouped(by key: (_ fields: [Substring]) -> String?) -> [String: String] {
        var parts: [String: String] = [:]
        for row in rows {
            guard let key = key(row.fields) else { continue }
            parts[key, default: header + "\n"] += row.text + "\n"
        }
        return parts
    }
}
