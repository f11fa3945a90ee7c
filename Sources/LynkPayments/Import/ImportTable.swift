import LynkCore

/// A file with a header line, read row by row and column by name.
struct ImportTable {
    private let header: [String]
    /// Where each name stands in the header.
    private let columns: [String: Int]
    private var reader: CSVReader

    /// - Throws: ``ImportProblem`` for an empty file, a name that is there twice or one that is
    ///   missing; further columns are ignored.
    init(_ text: String, columns: [String]) throws {
        reader = CSVReader(text)
        guard let first = try reader.next() else {
            throw ImportProblem(line: 1, column: "", reason: "the file is empty")
        }
        header = first.fields
        var seen: Set<String> = []
        for name in header where !seen.insert(name).inserted {
            throw ImportProblem(line: 1, column: name, reason: "the column is there twice")
        }
        for name in columns where !seen.contains(name) {
            throw ImportProblem(line: 1, column: name, reason: "the column is missing")
        }
        self.columns = Dictionary(uniqueKeysWithValues: zip(header, header.indices))
    }

    mutating func next() throws -> ImportRow? {
        while let record = try reader.next() {
            // A blank line, as editors leave at the end.
            if record.fields == [""] { continue }
            guard record.fields.count == header.count else {
                throw ImportProblem(
                    line: record.line, column: "",
                    reason: "\(record.fields.count) fields under \(header.count) columns")
            }
            return ImportRow(line: record.line, columns: columns, fields: record.fields)
        }
        return nil
    }
}

/// One row of a file; each reader names line and column in what it throws.
struct ImportRow {
    let line: Int
    /// The table's: the names are kept once, not for each row.
    let columns: [String: Int]
    let fields: [String]

    func has(_ column: String) -> Bool { columns[column] != nil }

    func text(_ column: String) -> String { columns[column].map { fields[$0] } ?? "" }

    func required(_ column: String) throws -> String {
        let text = text(column)
        if text.isEmpty { throw problem(column, "is empty") }
        return text
    }

    func key(_ column: String) throws -> RowKey {
        let text = text(column)
        // The reader of identifiers also takes other placings of the hyphens; a file does not.
        guard let key = RowKey(text), text.lowercased() == KeyText.of(key) else {
            throw problem(column, "'\(text)' is not a UUID")
        }
        return key
    }

    func tenant(_ column: String) throws -> TenantID {
        let key = try key(column)
        return TenantID(high: key.high, low: key.low)
    }

    /// Keys separated by a space; none is an empty list.
    func keys(_ column: String) throws -> [RowKey] {
        try text(column).split(separator: " ").map { part in
            guard let key = RowKey(part), part.lowercased() == KeyText.of(key) else {
                throw problem(column, "'\(part)' is not a UUID")
            }
            return key
        }
    }

    /// A whole number without sign, spaces or separators.
    func number(_ column: String, in range: ClosedRange<Int64>) throws -> Int64 {
        let text = text(column)
        if text.contains(".") || text.contains("e") || text.contains("E") {
            throw problem(column, "'\(text)' is not a whole number")
        }
        let digits = text.utf8.drop { $0 == UInt8(ascii: "-") && range.lowerBound < 0 }
        let isNumber =
            !digits.isEmpty && text.utf8.count - digits.count <= 1
            && digits.allSatisfy { (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }
        guard isNumber else {
            let isNegative = text.hasPrefix("-") && text.dropFirst().allSatisfy(\.isNumber)
            throw problem(
                column, isNegative ? "'\(text)' is negative" : "'\(text)' is not a whole number")
        }
        guard let value = Int64(text), range.contains(value) else {
            throw problem(column, "\(text) is out of range")
        }
        return value
    }

    /// An amount in paise, more than zero.
    func amount(_ column: String) throws -> Int64 {
        try number(column, in: 1...PaymentLimits.amountMax)
    }

    func day(_ column: String) throws -> String {
        let text = text(column)
        guard CivilDay(text) != nil else { throw problem(column, "'\(text)' is not a date") }
        return text
    }

    func moment(_ column: String) throws -> Int64 {
        let text = text(column)
        guard let moment = Moment.milliseconds(text) else {
            throw problem(column, "'\(text)' is not a date and time with its offset")
        }
        return moment
    }

    func zipcode(_ column: String) throws -> String {
        try zipcode(Substring(text(column)), column)
    }

    func zipcodes(_ column: String) throws -> String {
        try text(column).split(separator: " ").map { try zipcode($0, column) }
            .joined(separator: " ")
    }

    /// India Post: six digits, the first is the region and never zero.
    private func zipcode(_ text: Substring, _ column: String) throws -> String {
        let digits = Array(text.utf8)
        guard digits.count == 6, CivilDay.number(digits) != nil, digits[0] != UInt8(ascii: "0")
        else { throw problem(column, "'\(text)' is not a PIN code of six digits") }
        return String(text)
    }

    /// E.164: a plus sign and eight to fifteen digits.
    func phone(_ column: String) throws -> String {
        let text = text(column)
        let digits = Array(text.utf8.dropFirst())
        guard text.hasPrefix("+"), (8...15).contains(digits.count),
            CivilDay.number(digits) != nil, digits[0] != UInt8(ascii: "0")
        else { throw problem(column, "'\(text)' is not a phone number such as +919812345678") }
        return text
    }

    func problem(_ column: String, _ reason: String) -> ImportProblem {
        ImportProblem(line: line, column: column, reason: reason)
    }
}
