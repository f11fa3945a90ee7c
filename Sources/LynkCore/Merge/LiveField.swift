/// One field whose live versions decide, while a change is merged into it.
struct LiveField {
    let ordinal: Int
    let field: FieldSchema
    private let writer: Writer
    private let sees: Bool
    /// What is kept beside the row so far.
    let stored: LiveVersions
    private(set) var live: LiveVersions
    /// What the author had seen in the field, when that was kept.
    private(set) var base: Value?
    /// The new value, when others that its author did not know stand beside it.
    private(set) var beside: Value?
    private(set) var isMalformed = false

    init(
        _ writing: FieldWriting, _ ordinal: Int, stored: LiveVersions?,
        oid: (Stamp) throws -> ContentID?
    ) rethrows {
        self.ordinal = ordinal
        field = writing.table.fields[ordinal]
        writer = writing.writer
        sees = writing.sees
        self.stored = stored ?? LiveVersions()
        if self.stored.isEmpty {
            live = try LiveVersions(
                of: writing.row.values[ordinal], stamp: writing.row.record[field.id],
                policy: field.policy, oid: oid)
        } else {
            live = self.stored
        }
    }

    func isAll(by stamp: Stamp) -> Bool {
        !live.isEmpty && live.versions.allSatisfy { $0.stamp == stamp }
    }

    mutating func put(_ value: Value) {
        switch field.policy {
        case .set:
            guard
                let edit = SetEdit(
                    field.id, from: SetEdit.column(of: Set(live.versions.map(\.value))), to: value)
            else {
                isMalformed = true
                return
            }
            self.edit(edit)
        case .flag(let flag):
            live.cover(by: writer, sees: sees)
            if value == flag.winner { live.insert(value, by: writer, sees: sees) }
        case .multiValue:
            guard let elements = ScalarArray.elements(of: value) else {
                isMalformed = true
                return
            }
            write(elements, shown: value)
        default:
            write(value.isNull ? [] : [value], shown: value)
        }
    }

    mutating func edit(_ edit: SetEdit) {
        for element in edit.removed { live.cover(element, by: writer, sees: sees) }
        for element in edit.added {
            live.cover(element, by: writer, sees: sees)
            live.insert(element, by: writer, sees: sees, amongEqual: true)
        }
    }

    private mutating func write(_ values: [Value], shown: Value) {
        let known = live.versions.last { writer.knew($0.stamp, sees: sees) }
        base = known.map {
            field.policy == .multiValue ? .blob(ScalarArray.encode([$0.value])) : $0.value
        }
        live.cover(by: writer, sees: sees)
        if live.versions.contains(where: { !values.contains($0.value) }) { beside = shown }
        for value in values { live.insert(value, by: writer, sees: sees) }
    }
}
