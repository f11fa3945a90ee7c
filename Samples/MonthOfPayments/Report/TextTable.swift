/// Columns of text, the first to the left and the others to the right.
struct TextTable {
    private var rows: [[String]]
    private var rules: Set<Int> = []

    init(_ header: [String]) { rows = [header] }

    mutating func add(_ row: [String]) { rows.append(row) }

    /// Draws a line before the next row.
    mutating func rule() { rules.insert(rows.count) }

    var text: String {
        let widths = (rows.first ?? []).indices.map { column in
            rows.map { $0[column].count }.max() ?? 0
        }
        let line = widths.map { String(repeating: "-", count: $0) }.joined(separator: "  ")
        var lines: [String] = []
        for (number, row) in rows.enumerated() {
            if number == 1 || rules.contains(number) { lines.append(line) }
            let cells = zip(row, widths).enumerated().map { column, cell in
                let padding = String(repeating: " ", count: cell.1 - cell.0.count)
                return column == 0 ? cell.0 + padding : padding + cell.0
            }
            lines.append(cells.joined(separator: "  "))
        }
        return lines.joined(separator: "\n")
    }
}
