import LynkCore

extension JSONParser {
    /// A page from its rows. The shortest codec of each column is chosen as a hub does.
    mutating func page(_ node: JSONText) throws(JSONError) {
        let members = try members(node, ["eras", "lanes", "scopes", "sections", "mark"])
        let most = MessageShape.Bound(Limits.rowsPerPageMax, "rowsPerPageMax")
        let eras = try identifiers(members[0], "eras", most).map {
            EraID(high: $0.high, low: $0.low)
        }
        let lanes = try identifiers(members[1], "lanes", most).map {
            LaneID(high: $0.high, low: $0.low)
        }
        var scopes: [Scope] = []
        try inside(".scopes") { (parser) throws(JSONError) in
            scopes = try parser.scopes(members[2] ?? .null)
        }
        var page = JSONPage(eras: eras, lanes: lanes, scopes: scopes)
        try inside(".sections") { (parser) throws(JSONError) in
            for (index, node) in try parser.array(members[3] ?? .null, most).enumerated() {
                try parser.inside("[\(index)]") { (parser) throws(JSONError) in
                    try parser.section(node, &page)
                }
            }
        }
        var mark: [UInt8] = []
        try inside(".mark") { (parser) throws(JSONError) in
            mark = try parser.bytes(
                members[4] ?? .null, .init(Limits.markBytesMax, "markBytesMax"))
        }
        append(page.writer.finish(mark: mark))
    }

    private mutating func identifiers(
        _ node: JSONText?, _ name: String, _ bound: MessageShape.Bound
    ) throws(JSONError) -> [RowKey] {
        var found: [RowKey] = []
        try inside("." + name) { (parser) throws(JSONError) in
            for (index, node) in try parser.array(node ?? .null, bound).enumerated() {
                try parser.inside("[\(index)]") { (parser) throws(JSONError) in
                    found.append(try parser.identifier(node))
                }
            }
        }
        return found
    }

    private mutating func scopes(_ node: JSONText) throws(JSONError) -> [Scope] {
        let bound = MessageShape.Bound(Limits.scopesPerDeviceMax, "scopesPerDeviceMax")
        var scopes: [Scope] = []
        for (index, node) in try array(node, bound).enumerated() {
            try inside("[\(index)]") { (parser) throws(JSONError) in
                scopes.append(
                    Scope(
                        try parser.text(
                            node, .init(Limits.scopeNameBytesMax, "scopeNameBytesMax"))))
            }
        }
        return scopes
    }

    private mutating func section(
        _ node: JSONText, _ page: inout JSONPage
    ) throws(JSONError) {
        let members = try members(
            node, ["table", "scopes", "rows", "removed", "defaults"], optional: ["defaults"])
        guard let text = members[0]?.number, let table = UInt32(text) else {
            throw JSONError(place(".table"), .expected("a number from 0 to 4294967295"))
        }
        var scopes: [Scope] = []
        try inside(".scopes") { (parser) throws(JSONError) in
            scopes = try parser.scopes(members[1] ?? .null)
        }
        guard let handles = page.handles(scopes) else {
            throw JSONError(place(".scopes"), .expected("scopes that the page lists"))
        }
        let most = MessageShape.Bound(Limits.rowsPerPageMax, "rowsPerPageMax")
        var rows: [JSONText] = []
        try inside(".rows") { (parser) throws(JSONError) in
            rows = Array(try parser.array(members[2] ?? .null, most))
        }
        let fields = try rows.first.map { (row) throws(JSONError) in
            try self.fields(row, place(".rows[0]"))
        }
        var defaults: [FieldID: Value] = [:]
        try inside(".defaults") { (parser) throws(JSONError) in
            defaults = try parser.defaults(members[4], of: fields ?? [])
        }
        let section = page.section(table, handles, fields ?? [], defaults)
        for (index, row) in rows.enumerated() {
            try inside(".rows[\(index)]") { (parser) throws(JSONError) in
                try parser.row(row, section, fields ?? [], &page)
            }
        }
        for key in try identifiers(members[3], "removed", most) {
            key.bytes.withUnsafeBytes { page.writer.remove(section, key: $0) }
        }
    }

    /// The numbers of a row's fields, in their order.
    private func fields(_ row: JSONText, _ place: String) throws(JSONError) -> [FieldID] {
        guard let members = row["fields"]?.members else {
            throw JSONError(place + ".fields", .missing)
        }
        guard members.count <= Limits.fieldsPerTableMax else {
            throw JSONError(place + ".fields", .overLimit("fieldsPerTableMax"))
        }
        var fields: [FieldID] = []
        for (label, _) in members {
            let name = label.string ?? ""
            guard let field = FieldID(name), String(field) == name else {
                throw JSONError(place + ".fields." + name, .unknown)
            }
            fields.append(field)
        }
        return fields
    }

    /// What fields are in a row that never wrote them; `nil` when all are NULL.
    private mutating func defaults(
        _ node: JSONText?, of fields: [FieldID]
    ) throws(JSONError) -> [FieldID: Value] {
        guard let node else { return [:] }
        let names = fields.map { String($0) }
        let found = try members(node, names, optional: Set(names))
        var defaults: [FieldID: Value] = [:]
        for (field, node) in zip(fields, found) {
            guard let node else { continue }
            try inside(".\(field)") { (parser) throws(JSONError) in
                var value = JSONParser(at: parser.trail)
                try value.value(node)
                let bytes = value.writer.bytes
                let read = bytes.withUnsafeBytes { view -> Value? in
                    var reader = CBORReader(view)
                    return try? reader.value()
                }
                guard let read, read != .null else {
                    throw JSONError(parser.place(""), .expected("a value other than null"))
                }
                defaults[field] = read
            }
        }
        guard !defaults.isEmpty else {
            throw JSONError(place(""), .expected("a field with a default"))
        }
        return defaults
    }

    private mutating func row(
        _ node: JSONText, _ section: PageWriter.Section, _ fields: [FieldID],
        _ page: inout JSONPage
    ) throws(JSONError) {
        let members = try members(
            node, ["key", "generation", "stamp", "overrides", "fields"])
        var key = RowKey(high: 0, low: 0)
        try inside(".key") { (parser) throws(JSONError) in
            key = try parser.identifier(members[0] ?? .null)
        }
        guard let text = members[1]?.number, let generation = UInt32(text) else {
            throw JSONError(place(".generation"), .expected("a number from 0 to 4294967295"))
        }
        var stamp = Stamp(era: 0, number: 0, effective: .zero, author: 0)
        try inside(".stamp") { (parser) throws(JSONError) in
            let found = try parser.members(
                members[2] ?? .null, ["era", "number", "effective", "author"])
            stamp = try parser.stamp(found, page)
        }
        var overrides: [StampRecord.Override] = []
        try inside(".overrides") { (parser) throws(JSONError) in
            overrides = try parser.overrides(members[3] ?? .null, page)
        }
        let record = StampRecord(
            scopes: [], row: stamp, generation: generation, overrides: overrides)
        key.bytes.withUnsafeBytes {
            page.writer.begin(section, key: $0, record: record, names: page.names)
        }
        try inside(".fields") { (parser) throws(JSONError) in
            let names = fields.map { String($0) }
            let found = try parser.members(members[4] ?? .null, names)
            for (column, node) in found.enumerated() {
                try parser.inside("." + names[column]) { (parser) throws(JSONError) in
                    var value = JSONParser(at: parser.trail)
                    try value.value(node ?? .null)
                    section.append(encoded: value.writer.bytes, column: column)
                }
            }
        }
    }

    private mutating func overrides(
        _ node: JSONText, _ page: JSONPage
    ) throws(JSONError) -> [StampRecord.Override] {
        var overrides: [StampRecord.Override] = []
        let bound = MessageShape.Bound(Limits.fieldsPerTableMax, "fieldsPerTableMax")
        for (index, node) in try array(node, bound).enumerated() {
            try inside("[\(index)]") { (parser) throws(JSONError) in
                let found = try parser.members(
                    node, ["field", "era", "number", "effective", "author"])
                guard let text = found[0]?.number, let field = FieldID(text) else {
                    throw JSONError(parser.place(".field"), .expected("the number of a field"))
                }
                overrides.append(
                    .init(field: field, stamp: try parser.stamp(Array(found[1...]), page)))
            }
        }
        return overrides
    }

    private mutating func stamp(
        _ members: [JSONText?], _ page: JSONPage
    ) throws(JSONError) -> Stamp {
        var ids: [RowKey] = []
        var numbers: [UInt64] = []
        for (name, node) in zip(["era", "number", "effective", "author"], members) {
            try inside("." + name) { (parser) throws(JSONError) in
                if name == "era" || name == "author" {
                    ids.append(try parser.identifier(node ?? .null))
                } else {
                    numbers.append(try parser.word(node ?? .null))
                }
            }
        }
        guard let era = page.era(ids[0]) else {
            throw JSONError(place(".era"), .expected("an era that the page lists"))
        }
        guard let author = page.lane(ids[1]) else {
            throw JSONError(place(".author"), .expected("a lane that the page lists"))
        }
        return Stamp(
            era: era, number: numbers[0], effective: HybridTimestamp(rawValue: numbers[1]),
            author: author)
    }
}

/// A page on its way from JSON: indexes into its lists are the handles of its rows.
private struct JSONPage {
    let eras: [EraID]
    let lanes: [LaneID]
    let scopes: [Scope]
    let writer: PageWriter

    init(eras: [EraID], lanes: [LaneID], scopes: [Scope]) {
        self.eras = eras
        self.lanes = lanes
        self.scopes = scopes
        writer = PageWriter(eras: eras, lanes: lanes, scopes: scopes)
    }

    func era(_ id: RowKey) -> UInt32? {
        eras.firstIndex(of: EraID(high: id.high, low: id.low)).map { UInt32($0) }
    }

    func lane(_ id: RowKey) -> UInt32? {
        lanes.firstIndex(of: LaneID(high: id.high, low: id.low)).map { UInt32($0) }
    }

    func names(_ stamp: Stamp) -> (era: EraID, author: LaneID) {
        (eras[Int(stamp.era)], lanes[Int(stamp.author)])
    }

    func handles(_ names: [Scope]) -> [UInt32]? {
        let found = names.compactMap { scopes.firstIndex(of: $0) }
        return found.count == names.count ? found.map { UInt32($0) } : nil
    }

    func section(
        _ table: TableID, _ handles: [UInt32], _ fields: [FieldID], _ defaults: [FieldID: Value]
    ) -> PageWriter.Section {
        let columns = fields.map {
            FieldSchema($0, String($0), .blob, default: defaults[$0] ?? .null)
        }
        return writer.section(
            TableSchema(table, String(table), .mutable, columns), handles: handles
        ) { scopes[Int($0)] }
    }
}
