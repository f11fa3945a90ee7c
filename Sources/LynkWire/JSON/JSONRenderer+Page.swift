import LynkCore

extension JSONRenderer {
    /// A page as rows: ids and names in place of indexes, values by the number of their field.
    /// The lists of ids stay, because their order is part of the bytes.
    mutating func page(_ reader: inout CBORReader) throws(WireError) -> JSONNode {
        var page = try PageReader(reader.input)
        var sections: [JSONNode] = []
        do throws(WireError) {
            note(".sections")
            while var section = try page.next() {
                note("[\(sections.count)]")
                sections.append(try self.section(&section, page))
                leave()
            }
            leave()
        } catch {
            reader = CBORReader(reader.input, at: page.position)
            item = nil
            throw error
        }
        reader = CBORReader(reader.input, at: reader.input.count)
        return .object([
            .init("eras", .array(page.eras.map { .string($0.description) })),
            .init("lanes", .array(page.lanes.map { .string($0.description) })),
            .init("scopes", .array(page.scopes.map { .string($0.name) })),
            .init("sections", .array(sections)),
            .init("mark", .string(hexadecimal(page.mark))),
        ])
    }

    private mutating func section(
        _ section: inout PageSection, _ page: PageReader
    ) throws(WireError) -> JSONNode {
        var rows: [JSONNode] = []
        var overrides = section.overrides[...]
        note(".rows")
        for row in 0..<section.count {
            note("[\(row)]")
            let stamp = try section.nextStamp()
            var written: [JSONNode] = []
            while let next = overrides.first, next.row == row {
                overrides.removeFirst()
                let members = [JSONNode.Member("field", .number(String(next.field)))]
                written.append(.object(members + Self.members(next.stamp, page)))
            }
            var fields: [JSONNode.Member] = []
            for index in section.columns.indices {
                let field = section.columns[index].field
                note(".fields.\(field)")
                let value = try section.columns[index].cursor.next().value
                leave()
                fields.append(JSONNode.Member(String(field), value.json))
            }
            rows.append(
                .object([
                    .init("key", .string(Self.key(section.keys, row))),
                    .init("generation", .number(String(section.generation))),
                    .init("stamp", .object(Self.members(stamp, page))),
                    .init("overrides", .array(written)), .init("fields", .object(fields)),
                ]))
            leave()
        }
        leave()
        try section.finish()
        let removed = (0..<section.removed.count / 16).map { index in
            JSONNode.string(Self.key(section.removed, index))
        }
        // Fields that are NULL until they are written are not named.
        let defaults = section.columns.filter { $0.defaultValue != .null }
            .map { JSONNode.Member(String($0.field), $0.defaultValue.json) }
        let members: [JSONNode.Member] = [
            .init("table", .number(String(section.table))),
            .init("scopes", .array(section.scopes.map { .string(page.scopes[$0].name) })),
            .init("rows", .array(rows)), .init("removed", .array(removed)),
        ]
        return .object(members + (defaults.isEmpty ? [] : [.init("defaults", .object(defaults))]))
    }

    private static func key(_ keys: UnsafeRawBufferPointer, _ index: Int) -> String {
        let view = UnsafeRawBufferPointer(rebasing: keys[16 * index..<16 * index + 16])
        return RowKey(raw: view).map { $0.description } ?? ""
    }

    private static func members(_ stamp: Stamp, _ page: PageReader) -> [JSONNode.Member] {
        [
            .init("era", .string(page.eras[Int(stamp.era)].description)),
            .init("number", .string(String(stamp.number))),
            .init("effective", .string(String(stamp.effective.rawValue))),
            .init("author", .string(page.lanes[Int(stamp.author)].description)),
        ]
    }
}
