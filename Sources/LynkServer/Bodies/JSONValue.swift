import LynkCore

/// A field's value in JSON: integers as strings, sixteen bytes as an identifier, other bytes in
/// hexadecimal.
struct JSONValue: Encodable {
    let value: Value

    init(_ value: Value) { self.value = value }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch value {
        case .null: try container.encodeNil()
        case .integer(let number): try container.encode(String(number))
        case .real(let number): try container.encode(number)
        case .text(let text): try container.encode(text)
        case .blob(let bytes):
            try container.encode(RowKey(bytes: bytes)?.description ?? hexadecimal(bytes))
        }
    }
}
