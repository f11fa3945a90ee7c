import LynkCore

extension CBORWriter {
    mutating func change(_ change: RowChange) {
        array(change.edits.isEmpty ? (change.adds.isEmpty ? 4 : 5) : 6)
        unsigned(UInt64(change.table))
        identifier(change.key)
        unsigned(UInt64(change.kind.rawValue))
        array(2 * change.puts.count)
        for put in change.puts {
            unsigned(UInt64(put.field))
            value(put.value)
        }
        if change.adds.isEmpty && change.edits.isEmpty { return }
        array(2 * change.adds.count)
        for add in change.adds {
            unsigned(UInt64(add.field))
            integer(add.delta)
        }
        if change.edits.isEmpty { return }
        array(3 * change.edits.count)
        for edit in change.edits {
            unsigned(UInt64(edit.field))
            array(edit.added.count)
            for element in edit.added { value(element) }
            array(edit.removed.count)
            for element in edit.removed { value(element) }
        }
    }
}

extension CBORReader {
    mutating func change() throws(WireError) -> RowChange {
        let parts = try array(6, "parts of a change")
        guard parts >= 4 else { throw .unexpected("change") }
        let table = try unsigned32("table")
        let key = try identifier(RowTag.self)
        guard let kind = RowChange.Kind(rawValue: UInt8(clamping: try unsigned())) else {
            throw .invalid("kind of change")
        }
        let puts = try puts()
        // An empty part is written only before one that is not.
        let adds = parts > 4 ? try adds(mayBeEmpty: parts == 6) : []
        let edits = parts == 6 ? try edits() : []
        guard kind != .delete || (puts.isEmpty && adds.isEmpty && edits.isEmpty) else {
            throw .invalid("fields in a delete")
        }
        return RowChange(
            table: table, key: key, kind: kind, ordered: puts, adds: adds, edits: edits)
    }

    private mutating func puts() throws(WireError) -> [RowChange.Put] {
        let count = try pairs()
        var puts: [RowChange.Put] = []
        puts.reserveCapacity(count)
        for _ in 0..<count {
            let field = try field(after: puts.last?.field)
            puts.append(RowChange.Put(field, try value()))
        }
        return puts
    }

    private mutating func adds(mayBeEmpty: Bool) throws(WireError) -> [RowChange.Add] {
        let count = try pairs()
        guard count > 0 || mayBeEmpty else { throw .notCanonical }
        var adds: [RowChange.Add] = []
        adds.reserveCapacity(count)
        for _ in 0..<count {
            let field = try field(after: adds.last?.field)
            adds.append(RowChange.Add(field, try integer()))
        }
        return adds
    }

    private mutating func edits() throws(WireError) -> [SetEdit] {
        let count = try array(3 * Limits.fieldsPerTableMax, "fieldsPerTableMax")
        guard count.isMultiple(of: 3) else { throw .unexpected("field, added and removed") }
        guard count > 0 else { throw .notCanonical }
        var edits: [SetEdit] = []
        for _ in 0..<count / 3 {
            let field = try field(after: edits.last?.field)
            let (added, removed) = (try elements(), try elements())
            guard added.count + removed.count > 0 else { throw .notCanonical }
            guard removed.isEmpty || Set(added).isDisjoint(with: removed) else {
                throw .invalid("an element both added and removed")
            }
            edits.append(SetEdit(field, ordered: added, removed: removed))
        }
        return edits
    }

    /// Distinct values other than null, ascending by their bytes.
    private mutating func elements() throws(WireError) -> [Value] {
        let count = try array(Limits.setElementsMax, "setElementsMax")
        var elements: [Value] = []
        elements.reserveCapacity(count)
        var last = position..<position
        for _ in 0..<count {
            let start = position
            let element = try value()
            guard element != .null else { throw .unexpected("element") }
            let next = start..<position
            guard last.isEmpty || input[last].lexicographicallyPrecedes(input[next]) else {
                throw .notCanonical
            }
            last = next
            elements.append(element)
        }
        return elements
    }

    private mutating func pairs() throws(WireError) -> Int {
        let count = try array(2 * Limits.fieldsPerTableMax, "fieldsPerTableMax")
        guard count.isMultiple(of: 2) else { throw .unexpected("field and value") }
        return count / 2
    }

    private mutating func field(after last: FieldID?) throws(WireError) -> FieldID {
        let field = try unsigned32("field")
        if let last, last >= field { throw .notCanonical }
        return field
    }
}
