package import LynkCore

/// Gathers rows into one page: column-major sections per table and set of scopes.
///
/// Protocol/lynk.cddl, `page`. Rows keep the order in which they were added within a section.
package final class PageWriter {
    private var eras = Interned<EraID>()
    private var lanes = Interned<LaneID>()
    private var scopes = Interned<Scope>()
    private var sections: [Section] = []
    private var index: [SectionName: Int] = [:]
    package private(set) var rowCount = 0
    package private(set) var byteCount = 0

    package init() {}

    /// A page whose lists of ids start with these, in this order.
    init(eras: [EraID], lanes: [LaneID], scopes: [Scope]) {
        for era in eras { _ = self.eras.index(of: era) }
        for lane in lanes { _ = self.lanes.index(of: lane) }
        for scope in scopes { _ = self.scopes.index(of: scope) }
    }

    private struct SectionName: Hashable {
        let table: TableID
        let scopes: [UInt32]
    }

    /// Where the rows of one table and one set of scopes go; `scopes` are names for `handles`.
    package func section(
        _ table: TableSchema, handles: [UInt32], names: (UInt32) -> Scope
    ) -> Section {
        let name = SectionName(table: table.id, scopes: handles)
        if let found = index[name] { return sections[found] }
        let section = Section(
            table: table, scopes: handles.map { scopes.index(of: names($0)) })
        index[name] = sections.count
        sections.append(section)
        return section
    }

    /// Adds a row's key and stamps; its cells follow by ``Section/append(_:column:)``.
    ///
    /// - Parameters:
    ///   - key: sixteen bytes.
    ///   - names: the ids behind a stamp's handles.
    package func begin(
        _ section: Section, key: UnsafeRawBufferPointer, record: StampRecord,
        names: (Stamp) -> (era: EraID, author: LaneID)
    ) {
        let row = section.count
        section.keys.append(contentsOf: key)
        section.count += 1
        rowCount += 1
        let (era, author) = intern(record.row, names)
        section.eras.append(.integer(era))
        section.numbers.append(.integer(Int64(bitPattern: record.row.number)))
        section.effective.append(.integer(Int64(bitPattern: record.row.effective.rawValue)))
        section.authors.append(.integer(author))
        section.generations.append(.integer(Int64(record.generation)))
        for override in record.overrides {
            let (era, author) = intern(override.stamp, names)
            section.overrides.array(6)
            section.overrides.integer(Int64(row))
            section.overrides.unsigned(UInt64(override.field))
            section.overrides.integer(era)
            section.overrides.unsigned(override.stamp.number)
            section.overrides.unsigned(override.stamp.effective.rawValue)
            section.overrides.integer(author)
            section.overrideCount += 1
        }
    }

    private func intern(
        _ stamp: Stamp, _ names: (Stamp) -> (era: EraID, author: LaneID)
    ) -> (Int64, Int64) {
        let (era, author) = names(stamp)
        return (Int64(eras.index(of: era)), Int64(lanes.index(of: author)))
    }

    /// Adds the key of a row that was deleted: sixteen bytes.
    package func remove(_ section: Section, key: UnsafeRawBufferPointer) {
        section.removed.append(contentsOf: key)
        rowCount += 1
        byteCount += key.count
    }

    /// Tells the page how much a finished row took, for the size it aims at.
    package func end(rowBytes: Int) { byteCount += rowBytes }

    /// The payload of the page's frame.
    ///
    /// - Parameter mark: where the pull stands after this page, for the hub itself: a device
    ///   whose line breaks gives it back. At most ``Limits/markBytesMax`` bytes.
    package func finish(mark: [UInt8] = []) -> [UInt8] {
        var writer = CBORWriter(reserving: byteCount + 4_096)
        writer.array(5)
        writer.array(eras.values.count)
        for era in eras.values { writer.identifier(era) }
        writer.array(lanes.values.count)
        for lane in lanes.values { writer.identifier(lane) }
        writer.array(scopes.values.count)
        for scope in scopes.values { writer.text(scope.name) }
        writer.array(sections.count)
        for section in sections { section.write(to: &writer) }
        writer.byteString(mark)
        return writer.bytes
    }

    /// One table's rows that share their scopes.
    package final class Section {
        fileprivate let table: TableSchema
        fileprivate let scopes: [UInt32]
        fileprivate var count = 0
        fileprivate var keys: [UInt8] = []
        fileprivate var removed: [UInt8] = []
        fileprivate var eras = ColumnWriter()
        fileprivate var numbers = ColumnWriter()
        fileprivate var effective = ColumnWriter()
        fileprivate var authors = ColumnWriter()
        fileprivate var generations = ColumnWriter()
        fileprivate var overrides = CBORWriter()
        fileprivate var overrideCount = 0
        private var columns: [ColumnWriter]

        fileprivate init(table: TableSchema, scopes: [UInt32]) {
            self.table = table
            self.scopes = scopes
            columns = table.fields.map { _ in ColumnWriter() }
        }

        /// The next row's value of the `column`-th field; every column once per row.
        @inline(__always)
        package func append(_ cell: Cell, column: Int) { columns[column].append(cell) }

        /// The same from the value's canonical bytes.
        func append(encoded bytes: [UInt8], column: Int) {
            bytes.withUnsafeBytes { view in
                var reader = CBORReader(view)
                guard let cell = try? reader.cell() else { return }
                append(cell, column: column)
            }
        }

        fileprivate func write(to writer: inout CBORWriter) {
            writer.array(12)
            writer.unsigned(UInt64(table.id))
            writer.array(scopes.count)
            for scope in scopes { writer.unsigned(UInt64(scope)) }
            writer.unsigned(UInt64(count))
            writer.byteString(keys)
            writer.byteString(removed)
            eras.write(to: &writer)
            numbers.write(to: &writer)
            effective.write(to: &writer)
            authors.write(to: &writer)
            generations.write(to: &writer)
            writer.array(overrideCount)
            writer.bytes.append(contentsOf: overrides.bytes)
            // A section of removed rows alone has no columns.
            writer.array(count == 0 ? 0 : columns.count)
            if count == 0 { return }
            for (field, column) in zip(table.fields, columns) {
                // A reader of an older schema knows by it which values the row's image leaves out.
                let hasDefault = field.defaultValue != .null
                writer.array(hasDefault ? 3 : 2)
                writer.unsigned(UInt64(field.id))
                column.write(to: &writer)
                if hasDefault { writer.value(field.defaultValue) }
            }
        }
    }
}

/// Values in the order of first sight.
private struct Interned<Element: Hashable> {
    private(set) var values: [Element] = []
    private var indexes: [Element: UInt32] = [:]

    mutating func index(of value: Element) -> UInt32 {
        if let found = indexes[value] { return found }
        let new = UInt32(values.count)
        indexes[value] = new
        values.append(value)
        return new
    }
}
