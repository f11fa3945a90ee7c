import LynkCore

/// An identifier in JSON: the hyphenated form, read in any form of hexadecimal digits.
struct JSONIdentifier<Tag>: Codable {
    let value: Identifier<Tag>

    init(_ value: Identifier<Tag>) { self.value = value }

    init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        guard let value = Identifier<Tag>(try container.decode(String.self)) else {
            throw DecodingError.dataCorruptedError(
                in: container, debugDescription: "not thirty-two hexadecimal digits")
        }
        self.value = value
    }

    func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(value.description)
    }
}
