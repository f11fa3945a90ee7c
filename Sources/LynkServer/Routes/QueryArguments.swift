import LynkCore

/// The parameters of a query from the text of an address.
enum QueryArguments {
    /// - Throws: ``Problem`` `parameter_invalid` for one that is missing, unknown or of another
    ///   type.
    static func parse(_ given: [String: String], for query: Query) throws -> [String: Value] {
        let known = Set(query.parameters.map(\.name))
        if let unknown = given.keys.sorted().first(where: { !known.contains($0) }) {
            throw Problem(.parameterInvalid, "\(query.name) has no parameter \(unknown)")
        }
        var arguments: [String: Value] = [:]
        for parameter in query.parameters {
            guard let text = given[parameter.name] else {
                throw Problem(.parameterInvalid, "\(parameter.name) is missing")
            }
            guard let value = value(text, parameter.type) else {
                throw Problem(
                    .parameterInvalid, "\(parameter.name) must be \(parameter.type.rawValue)")
            }
            arguments[parameter.name] = value
        }
        return arguments
    }

    private static func value(_ text: String, _ type: FieldType) -> Value? {
        switch type {
        case .integer, .money: Int64(text).map(Value.integer)
        case .real: Double(text).flatMap { $0.isFinite ? .real($0) : nil }
        case .text: .text(text)
        case .key: RowKey(text).map(Value.key)
        case .blob: bytes(hexadecimal: text).map(Value.blob)
        }
    }
}
