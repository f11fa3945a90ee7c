package import LynkCore

/// Opens a page over bytes that outlive it; rows are read section by section, in order.
package struct PageReader {
    package let eras: [EraID]
    package let lanes: [LaneID]
    package let scopes: [Scope]
    package private(set) var sectionsLeft: Int
    /// The hub's note of where its pull stands after this page; known after the last section.
    package private(set) var mark: [UInt8] = []
    private var reader: CBORReader
    private var isDone = false

    package init(_ payload: UnsafeRawBufferPointer) throws(WireError) {
        var reader = CBORReader(payload)
        try reader.array(exactly: 5)
        var eras: [EraID] = []
        for _ in 0..<(try reader.array(Limits.rowsPerPageMax, "eras of a page")) {
            eras.append(try reader.identifier(EraTag.self))
        }
        var lanes: [LaneID] = []
        for _ in 0..<(try reader.array(Limits.rowsPerPageMax, "lanes of a page")) {
            lanes.append(try reader.identifier(LaneTag.self))
        }
        var scopes: [Scope] = []
        for _ in 0..<(try reader.array(Limits.scopesPerDeviceMax, "scopesPerDeviceMax")) {
            scopes.append(Scope(try reader.text(Limits.scopeNameBytesMax, "scopeNameBytesMax")))
        }
        sectionsLeft = try reader.array(Limits.rowsPerPageMax, "sections of a page")
        self.eras = eras
        self.lanes = lanes
        self.scopes = scopes
        self.reader = reader
    }

    /// How far the page has been read.
    package var position: Int { reader.position }

    /// The next section, or `nil` at the end of the page.
    package mutating func next() throws(WireError) -> PageSection? {
        guard sectionsLeft > 0 else {
            guard !isDone else { return nil }
            mark = Array(try reader.byteString(Limits.markBytesMax, "markBytesMax"))
            guard reader.isAtEnd else { throw .invalid("bytes after the mark") }
            isDone = true
            return nil
        }
        sectionsLeft -= 1
        return try PageSection(
            &reader, eras: eras.count, lanes: lanes.count, scopes: scopes.count)
    }
}

/// The rows of one table that share their scopes.
package struct PageSection {
    package struct Override {
        package let row: Int
        package let field: FieldID
        /// `era` and `author` are indexes into the page's lists.
        package let stamp: Stamp
    }

    package struct Column {
        package let field: FieldID
        package var cursor: ColumnCursor
        /// What the field is in a row that never wrote it.
        package let defaultValue: Value
    }

    package let table: TableID
    /// Indexes into the page's scopes.
    package let scopes: [Int]
    package let count: Int
    package let keys: UnsafeRawBufferPointer
    /// Sixteen bytes for each row of this table and these scopes that was deleted.
    package let removed: UnsafeRawBufferPointer
    /// Ascending by row, then by field.
    package let overrides: [Override]
    package var columns: [Column] = []
    private var era: ColumnCursor
    private var number: ColumnCursor
    private var effective: ColumnCursor
    private var author: ColumnCursor
    private var generations: ColumnCursor
    /// How often the key of the row was born again after a delete: of the row whose stamp was
    /// read last.
    package private(set) var generation: UInt32 = 0
    private let eraCount: Int
    private let laneCount: Int

    fileprivate init(
        _ reader: inout CBORReader, eras: Int, lanes: Int, scopes scopeCount: Int
    ) throws(WireError) {
        eraCount = eras
        laneCount = lanes
        try reader.array(exactly: 12)
        table = try reader.unsigned32("table")
        var scopes: [Int] = []
        for _ in 0..<(try reader.array(2, "scopes of a row")) {
            let index = try reader.unsigned()
            guard index < UInt64(scopeCount) else { throw .invalid("scope index") }
            scopes.append(Int(index))
        }
        self.scopes = scopes
        let count = try reader.unsigned()
        guard count <= UInt64(Limits.rowsPerPageMax) else { throw .overLimit("rowsPerPageMax") }
        self.count = Int(count)
        keys = try reader.byteString(16 * Limits.rowsPerPageMax, "rowsPerPageMax")
        guard keys.count == 16 * self.count else { throw .invalid("keys of a section") }
        removed = try reader.byteString(16 * Limits.rowsPerPageMax, "rowsPerPageMax")
        guard removed.count.isMultiple(of: 16) else { throw .invalid("removed keys of a section") }
        era = try ColumnCursor(&reader)
        number = try ColumnCursor(&reader)
        effective = try ColumnCursor(&reader)
        author = try ColumnCursor(&reader)
        generations = try ColumnCursor(&reader)
        overrides = try Self.overrides(&reader, rows: self.count, eras: eras, lanes: lanes)
        for _ in 0..<(try reader.array(Limits.fieldsPerTableMax, "fieldsPerTableMax")) {
            let count = try reader.array(3, "column of a section")
            guard count >= 2 else { throw .unexpected("column of a section") }
            let field = try reader.unsigned32("field")
            // Columns come in the order of a schema, which most often ascends.
            if let last = columns.last, last.field >= field,
                columns.contains(where: { $0.field == field })
            {
                throw .invalid("two columns of one field")
            }
            let cursor = try ColumnCursor(&reader)
            let defaultValue = count == 3 ? try reader.value() : .null
            guard count == 2 || defaultValue != .null else { throw .notCanonical }
            columns.append(Column(field: field, cursor: cursor, defaultValue: defaultValue))
        }
    }

    private static func overrides(
        _ reader: inout CBORReader, rows: Int, eras: Int, lanes: Int
    ) throws(WireError) -> [Override] {
        let limit = Limits.rowsPerPageMax * Limits.fieldsPerTableMax
        let count = try reader.array(limit, "overrides")
        var result: [Override] = []
        result.reserveCapacity(min(count, reader.remaining / 7))
        for _ in 0..<count {
            try reader.array(exactly: 6)
            let row = try reader.unsigned()
            let field = try reader.unsigned32("field")
            let era = try reader.unsigned()
            let number = try reader.unsigned()
            let effective = HybridTimestamp(rawValue: try reader.unsigned())
            let author = try reader.unsigned()
            guard row < UInt64(rows), era < UInt64(eras), author < UInt64(lanes) else {
                throw .invalid("override")
            }
            if let last = result.last, (last.row, last.field) >= (Int(row), field) {
                throw .notCanonical
            }
            let stamp = Stamp(
                era: UInt32(era), number: number, effective: effective, author: UInt32(author))
            result.append(Override(row: Int(row), field: field, stamp: stamp))
        }
        return result
    }

    /// The next row's own stamp; its handles are indexes into the page's lists.
    @inline(__always)
    package mutating func nextStamp() throws(WireError) -> Stamp {
        let era = try era.number()
        let number = try number.number()
        let effective = try effective.number()
        let author = try author.number()
        guard let generation = UInt32(exactly: try generations.number()) else {
            throw .invalid("generation")
        }
        self.generation = generation
        guard era < UInt64(eraCount), author < UInt64(laneCount) else { throw .invalid("stamp") }
        return Stamp(
            era: UInt32(era), number: number, effective: HybridTimestamp(rawValue: effective),
            author: UInt32(author))
    }

    /// - Throws: when a column holds more than the section's rows.
    package func finish() throws(WireError) {
        for column in columns { try column.cursor.finish() }
        try era.finish()
        try number.finish()
        try effective.finish()
        try author.finish()
        try generations.finish()
    }
}
