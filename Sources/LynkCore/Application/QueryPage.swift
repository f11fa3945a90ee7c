/// One page of a query's answer.
public struct QueryPage: Sendable {
    public let rows: [[Value]]
    /// What to ask with for the rows after these; `nil` when there are none.
    public let next: String?
}

extension Query {
    /// What the SELECT is run with for one page: the caller's arguments, where to go on, and one
    /// row more than asked for, by which the last page is known.
    ///
    /// - Parameters:
    ///   - cursor: ``QueryPage/next`` of the page before; `nil` for the first.
    ///   - limit: from 1 to ``Limits/queryPageRowsMax``.
    /// - Throws: ``Problem`` `parameter_invalid` for a limit out of bounds, and for a cursor of
    ///   another tenant, another query or other arguments.
    public func pageArguments(
        _ arguments: [String: Value], after cursor: String?, limit: Int, tenant: TenantID
    ) throws -> [String: Value] {
        guard let keyset else { throw Problem(.internalFailure, "\(name) has no pages") }
        guard (1...Limits.queryPageRowsMax).contains(limit) else {
            throw Problem(
                .parameterInvalid, "limit must be from 1 to \(Limits.queryPageRowsMax)")
        }
        let types = try keyset.columns.map(type(ofColumn:))
        let places =
            try cursor.map {
                try PageCursor.read($0, for: PageCursor.purpose(of: self, arguments, tenant))
            } ?? types.map { PageCursor.start($0, isDescending: keyset.isDescending) }
        guard places.count == types.count else { throw PageCursor.invalid }
        var bound = arguments
        for (column, place) in zip(keyset.columns, places) { bound["after_" + column] = place }
        bound["row_limit"] = .integer(Int64(limit) + 1)
        return bound
    }

    /// The page of what the SELECT answered to ``pageArguments(_:after:limit:tenant:)``.
    public func page(
        of rows: [[Value]], arguments: [String: Value], limit: Int, tenant: TenantID
    ) throws -> QueryPage {
        guard let keyset, rows.count > limit, limit > 0 else {
            return QueryPage(rows: rows, next: nil)
        }
        let last = rows[limit - 1]
        let places = try keyset.columns.map { name in
            guard let index = columns.firstIndex(where: { $0.name == name }), index < last.count
            else { throw Problem(.internalFailure, "\(self.name) has no column \(name)") }
            return last[index]
        }
        let next = try PageCursor.write(
            places, for: PageCursor.purpose(of: self, arguments, tenant))
        return QueryPage(rows: Array(rows.prefix(limit)), next: next)
    }

    private func type(ofColumn name: String) throws -> FieldType {
        guard let column = columns.first(where: { $0.name == name }) else {
            throw Problem(.internalFailure, "\(self.name) has no column \(name)")
        }
        return column.type
    }
}

/// The text of a cursor: the values of the last row's key columns, and a check that it is used
/// where it was given. It is no secret and gives no right.
enum PageCursor {
    private static let checkBytes = 8
    static let invalid = Problem(
        .parameterInvalid, "the cursor is of another query; start without one")

    /// The place before the first row, in SQLite's order: numbers, texts, bytes. The greatest are
    /// bytes that no key begins with.
    static func start(_ type: FieldType, isDescending: Bool) -> Value {
        if isDescending { return .blob(Array(repeating: 0xFF, count: 17)) }
        return switch type {
        case .integer, .money, .real: .integer(.min)
        case .text: .text("")
        case .key, .blob: .blob([])
        }
    }

    /// What a cursor is bound to, in bytes.
    static func purpose(
        of query: Query, _ arguments: [String: Value], _ tenant: TenantID
    ) throws -> [UInt8] {
        var bytes = Array("lynk-page-1 \(query.name) ".utf8) + tenant.bytes
        for (name, value) in arguments.sorted(by: { $0.key < $1.key }) {
            try append(.text(name), to: &bytes)
            try append(value, to: &bytes)
        }
        return bytes
    }

    static func write(_ places: [Value], for purpose: [UInt8]) throws -> String {
        var bytes: [UInt8] = []
        for place in places { try append(place, to: &bytes) }
        return hexadecimal(check(bytes, purpose) + bytes)
    }

    static func read(_ text: String, for purpose: [UInt8]) throws -> [Value] {
        guard text.utf8.count <= 4096, let all = bytes(hexadecimal: text),
            all.count > checkBytes
        else { throw invalid }
        let body = Array(all.dropFirst(checkBytes))
        guard check(body, purpose) == Array(all.prefix(checkBytes)) else { throw invalid }
        var places: [Value] = []
        var rest = body[...]
        while !rest.isEmpty {
            guard let place = take(&rest) else { throw invalid }
            places.append(place)
        }
        return places
    }

    private static func check(_ body: [UInt8], _ purpose: [UInt8]) -> [UInt8] {
        Array(ContentID(hashing: purpose + [0] + body).bytes.prefix(checkBytes))
    }

    /// A letter for the type, two bytes of length, the bytes.
    private static func append(_ value: Value, to bytes: inout [UInt8]) throws {
        let (mark, body): (Character, [UInt8]) =
            switch value {
            case .null: ("n", [])
            case .integer(let number): ("i", Array(String(number).utf8))
            case .text(let text): ("t", Array(text.utf8))
            case .blob(let blob): ("b", blob)
            case .real: throw Problem(.internalFailure, "no page is ordered by a real number")
            }
        guard body.count <= 0xFFFF else {
            throw Problem(.parameterInvalid, "a value of \(body.count) bytes")
        }
        bytes += [mark.asciiValue ?? 0, UInt8(body.count >> 8), UInt8(body.count & 0xFF)] + body
    }

    private static func take(_ rest: inout ArraySlice<UInt8>) -> Value? {
        guard rest.count >= 3, let mark = rest.popFirst(), let high = rest.popFirst(),
            let low = rest.popFirst()
        else { return nil }
        let count = Int(high) << 8 | Int(low)
        guard rest.count >= count else { return nil }
        let body = Array(rest.prefix(count))
        rest = rest.dropFirst(count)
        switch Character(UnicodeScalar(mark)) {
        case "n": return .null
        case "i": return Int64(String(decoding: body, as: UTF8.self)).map(Value.integer)
        case "t": return .text(String(decoding: body, as: UTF8.self))
        case "b": return .blob(body)
        default: return nil
        }
    }
}
