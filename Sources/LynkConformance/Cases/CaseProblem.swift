/// Why a case file cannot be used: the file, the member from the outside in, and the mend.
package struct CaseProblem: Error, Hashable, Sendable, CustomStringConvertible {
    package enum Code: String, Sendable {
        case unreadable = "case_unreadable"
        case memberMissing = "case_member_missing"
        case memberUnknown = "case_member_unknown"
        case memberInvalid = "case_member_invalid"
        case idRepeated = "case_id_repeated"
        case outOfPlace = "case_out_of_place"
        case ruleUnknown = "case_rule_unknown"
    }

    package let code: Code
    package var file: String
    package let member: String
    package let mend: String

    package init(_ code: Code, _ member: String, _ mend: String, file: String = "") {
        self.code = code
        self.file = file
        self.member = member
        self.mend = mend
    }

    package var description: String { "\(code.rawValue): \(file): \(member). \(mend)" }
}

/// The members of an object, each to be read once; what was not read is unknown and refused.
package struct CaseMembers {
    package let path: String
    private var left: [String: JSONValue]

    package init(_ value: JSONValue, at path: String) throws(CaseProblem) {
        guard case .object(let members) = value else {
            throw CaseProblem(.memberInvalid, path, "Write an object here.")
        }
        self.path = path
        left = members
    }

    package mutating func take(_ name: String) -> JSONValue? { left.removeValue(forKey: name) }

    package mutating func text(_ name: String) throws(CaseProblem) -> String? {
        guard let value = take(name) else { return nil }
        guard case .string(let text) = value else {
            throw CaseProblem(.memberInvalid, path + "." + name, "Write text here.")
        }
        return text
    }

    package mutating func number(_ name: String) throws(CaseProblem) -> Int64? {
        guard let value = take(name) else { return nil }
        guard case .number(let number) = value else {
            throw CaseProblem(.memberInvalid, path + "." + name, "Write a whole number here.")
        }
        return number
    }

    package mutating func truth(_ name: String) throws(CaseProblem) -> Bool? {
        guard let value = take(name) else { return nil }
        guard case .bool(let truth) = value else {
            throw CaseProblem(.memberInvalid, path + "." + name, "Write true or false here.")
        }
        return truth
    }

    package mutating func list(_ name: String) throws(CaseProblem) -> [JSONValue]? {
        guard let value = take(name) else { return nil }
        guard case .array(let items) = value else {
            throw CaseProblem(.memberInvalid, path + "." + name, "Write an array here.")
        }
        return items
    }

    package mutating func texts(_ name: String) throws(CaseProblem) -> [String]? {
        guard let items = try list(name) else { return nil }
        let found = items.compactMap(\.string)
        guard found.count == items.count else {
            throw CaseProblem(.memberInvalid, path + "." + name, "Write an array of texts here.")
        }
        return found
    }

    package mutating func object(_ name: String) throws(CaseProblem) -> CaseMembers? {
        guard let value = take(name) else { return nil }
        return try CaseMembers(value, at: path + "." + name)
    }

    /// The members as they are, by name.
    package mutating func rest() -> [String: JSONValue] {
        defer { left = [:] }
        return left
    }

    package func need<Value>(_ name: String, _ value: Value?) throws(CaseProblem) -> Value {
        guard let value else {
            throw CaseProblem(.memberMissing, path + "." + name, "Add the member.")
        }
        return value
    }

    /// Refuses what was not read.
    package func end() throws(CaseProblem) {
        guard let name = left.keys.min() else { return }
        throw CaseProblem(
            .memberUnknown, path + "." + name,
            "Take the member out, or write it as case.schema.json names it.")
    }
}
