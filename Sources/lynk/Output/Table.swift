import LynkClient

/// Rows under named columns: aligned for people, or a JSON array of objects.
struct Table {
    /// The name of a column in JSON; people see it with spaces.
    let columns: [String]
    var rows: [[Cell]] = []

    init(_ columns: [String], _ rows: [[Cell]] = []) {
        self.columns = columns
        self.rows = rows
    }

    /// - Parameter empty: what to say to people when there is no row.
    func show(asJSON: Bool, empty: String) {
        if asJSON {
            print(String(decoding: JSONValue.array(rows.map(object)).encoded, as: UTF8.self))
        } else if rows.isEmpty {
            print(empty)
        } else {
            for line in lines { print(line) }
        }
    }

    private func object(_ row: [Cell]) -> JSONValue {
        .object(
            Dictionary(
                zip(columns, row).map { ($0, $1.json) }, uniquingKeysWith: { first, _ in first }))
    }

    /// Columns as wide as their widest cell, figures to the right.
    var lines: [String] {
        let titles = columns.map { name in
            name.hasSuffix("_paise") ? String(name.dropLast(6)) : name
        }.map { $0.split(separator: "_").joined(separator: " ") }
        let texts = rows.map { $0.map(\.plain) }
        let widths = columns.indices.map { column in
            texts.reduce(titles[column].count) { max($0, $1[column].count) }
        }
        let isRight = columns.indices.map { column in
            rows.contains { $0[column].isRight }
        }
        func line(_ cells: [String]) -> String {
            var line = ""
            for (column, cell) in cells.enumerated() {
                let padding = String(repeating: " ", count: widths[column] - cell.count)
                if column > 0 { line += "  " }
                line += isRight[column] ? padding + cell : cell + padding
            }
            while line.hasSuffix(" ") { line.removeLast() }
            return line
        }
        let rule = widths.map { String(repeating: "-", count: $0) }
        return [line(titles), line(rule)] + texts.map(line)
    }
}

/// Named figures below each other, or one JSON object.
struct Sheet {
    var figures: [(name: String, cell: Cell)]

    init(_ figures: [(String, Cell)]) { self.figures = figures.map { (name: $0.0, cell: $0.1) } }

    func show(asJSON: Bool) {
        if asJSON {
            let members = figures.map { ($0.name, $0.cell.json) }
            let object = JSONValue.object(
                Dictionary(members, uniquingKeysWith: { first, _ in first }))
            print(String(decoding: object.encoded, as: UTF8.self))
            return
        }
        let names = figures.map { figure in
            figure.name.hasSuffix("_paise") ? String(figure.name.dropLast(6)) : figure.name
        }.map { $0.split(separator: "_").joined(separator: " ") }
        let width = names.map(\.count).max() ?? 0
        for (name, figure) in zip(names, figures) {
            let padding = String(repeating: " ", count: width - name.count)
            print("\(name)\(padding)  \(figure.cell.plain)")
        }
    }
}
