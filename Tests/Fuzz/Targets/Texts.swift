import LynkClient
import LynkCore
import LynkPayments
import LynkWire

/// Texts: what people type and give, and what a hub or something in its place answers.
extension FuzzTarget {
    static let texts = [
        FuzzTarget("import") { input in try imported(input) },
        FuzzTarget("amount", bytesMax: 64) { input in try amount(input) },
        FuzzTarget("names", bytesMax: 256) { input in try names(input) },
        FuzzTarget("problem-document") { input in try problemDocument(input) },
        FuzzTarget("response-head", bytesMax: 2_048) { input in try responseHead(input) },
    ]

    /// A file of the office: the first byte says of which kind.
    private static func imported(_ input: [UInt8]) throws {
        let importers = Payments().importers
        guard let first = input.first else { return }
        let text = String(decoding: input.dropFirst(), as: UTF8.self)
        // Record by record, as the importers read.
        _ = try reading(input) {
            var reader = CSVReader(text)
            while try reader.next() != nil {}
        }
        if let records = try? Self.records(text) {
            var reader = CSVReader(records.map(csv).joined())
            for record in records {
                try expect(try reader.next()?.fields == record, "a record differs when quoted")
            }
        }
        let index = Int(first) % (importers.count + 1)
        if index == importers.count {
            _ = try reading(input, within: .tree) { try PaymentRecord.read(text) }
            return
        }
        let tenant = TenantID(high: 0x1111_1111_1111_1111, low: 0x1111_1111_1111_1111)
        guard
            let changes = try reading(
                input, within: .tree, { try importers[index].changes(text, tenant) })
        else { return }
        let bytes = ChangeSetCodec.encode(changes: changes)
        try expect(try ChangeSetCodec.decode(changes: bytes) == changes, "changes differ")
    }

    private static func records(_ text: String) throws -> [[String]] {
        var reader = CSVReader(text)
        var records: [[String]] = []
        while let record = try reader.next() { records.append(record.fields) }
        return records
    }

    private static func csv(_ fields: [String]) -> String {
        let quoted = fields.map { field in
            "\""
                + field.split(separator: "\"", omittingEmptySubsequences: false)
                .joined(separator: "\"\"") + "\""
        }
        return quoted.joined(separator: ",") + "\n"
    }

    private static func amount(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        if let paise = try reading(input, { Rupees.paise(text) }) ?? nil {
            try expect(paise >= 0, "a typed amount is negative")
            try expect(Rupees.paise(Rupees.text(paise)) == paise, "an amount differs as text")
        }
        if let day = try reading(input, { CivilDay(text) }) ?? nil {
            try expect(day.description == text, "a day differs as text")
        }
    }

    /// Everything whose text names something: a parsed text is written the same again, but for
    /// the forms of an identifier.
    private static func names(_ input: [UInt8]) throws {
        let text = String(decoding: input, as: UTF8.self)
        if let tag = try reading(input, { HeadTag(text) }) ?? nil {
            try expect(HeadTag(tag.text) == tag, "a head's tag differs as text")
        }
        if let key = try reading(input, { RowKey(text) }) ?? nil {
            try expect(RowKey(key.description) == key, "a key differs as text")
        }
        if let oid = try reading(input, { ContentID(text) }) ?? nil {
            try expect(ContentID(oid.description) == oid, "a content id differs as text")
        }
        if let bytes = try reading(input, { bytes(hexadecimal: text) }) ?? nil {
            try expect(hexadecimal(bytes) == text.lowercased(), "bytes differ in hexadecimal")
        }
    }

    private static func problemDocument(_ input: [UInt8]) throws {
        guard let first = input.first else { return }
        let body = Array(input.dropFirst())
        let head = HTTPResponseHead(
            status: 400 + Int(first) % 200,
            headers: [HTTPHeader("content-type", "application/problem+json")])
        _ = try reading(body) { ProblemDocument.problem(head, body: body) }
        guard let text = try reading(body, { try? JSONText(body) }) ?? nil else { return }
        let value = JSONValue(text)
        let again = JSONValue.read(value.encoded)
        try expect(
            again?.encoded == value.encoded, "a JSON differs when written again")
    }

    private static func responseHead(_ input: [UInt8]) throws {
        var reader = ResponseHeadReader()
        _ = try reading(input) {
            for line in input.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
            {
                try line.withUnsafeBytes { try reader.take($0) }
            }
        }
        let head = reader.head
        try expect((0...999).contains(head.status), "a status of \(head.status)")
        if let wait = head.retryAfter { try expect(wait >= .zero, "a wait below zero") }
        _ = head.mediaType
    }
}
