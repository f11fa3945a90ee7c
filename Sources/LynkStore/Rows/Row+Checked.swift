import GRDB
import LynkCore

/// Columns of a row of a file that may be damaged: a subscript of GRDB ends the program when the
/// value is of another type than asked for.
extension Row {
    /// - Throws: ``Problem`` `store_failed` for anything but an integer, as all of these.
    func integer(_ column: String) throws -> Int64 {
        guard case .int64(let number)? = value(column) else { throw damaged(column) }
        return number
    }

    /// A count or a number that never is below zero.
    func natural(_ column: String) throws -> UInt64 {
        guard let number = UInt64(exactly: try integer(column)) else { throw damaged(column) }
        return number
    }

    func bytes(_ column: String) throws -> [UInt8] {
        guard case .blob(let data)? = value(column) else { throw damaged(column) }
        return Array(data)
    }

    func bytesIfAny(_ column: String) throws -> [UInt8]? {
        if case .null? = value(column) { return nil }
        return try bytes(column)
    }

    /// A column of sixteen bytes as the id that it is.
    func id<Tag>(_ column: String) throws -> Identifier<Tag> {
        guard let id = Identifier<Tag>(bytes: try bytes(column)) else {
            throw Problem(.storeFailed, "\(column) is not sixteen bytes")
        }
        return id
    }

    func words(_ column: String) throws -> String {
        guard case .string(let text)? = value(column) else { throw damaged(column) }
        return text
    }

    func wordsIfAny(_ column: String) throws -> String? {
        if case .null? = value(column) { return nil }
        return try words(column)
    }

    private func value(_ column: String) -> DatabaseValue.Storage? {
        (self[column] as DatabaseValue?)?.storage
    }

    private func damaged(_ column: String) -> Problem {
        Problem(.storeFailed, "the column \(column) of this file is damaged")
    }
}
