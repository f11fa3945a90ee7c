import LynkCore
import LynkEngine
import LynkStore

/// What people do with the simulated application, drawn over what their device shows.
struct PolicyWorkload {
    let plan: Plan
    /// Keys and texts are made from the number of the event, so that leaving out another event
    /// changes none.
    let event: Int
    /// Rows that this person has deleted, and the areas they were of.
    let deleted: [Grave]
    var chance: Chance

    struct Grave: Hashable {
        let table: TableID
        let key: RowKey
        let area: String
    }

    static func area(_ number: Int) -> String { "a\(number)" }

    private func key(_ table: TableSchema, _ index: Int) -> RowKey {
        RowKey(
            high: 0x5349_4D00_0000_0000 | UInt64(table.id), low: UInt64(event) << 8 | UInt64(index))
    }

    static func pairKey(_ area: String, _ side: Int) -> RowKey {
        .derived("pair", [Array(area.utf8), [UInt8(side)]])
    }

    /// One local transaction of a person; empty when there is nothing to do.
    mutating func edits(
        on replica: any DeviceStore, user: UserID, areas: [String]
    ) -> [RowEdit] {
        guard let area = chance.choice(areas) else { return [] }
        switch chance.number(19) {
        case 0...2: return [birth(SimulatedApplication.board, area, 0, replica)]
        case 3, 4: return [birth(SimulatedApplication.card, area, 0, replica)]
        case 5...11:
            return (0...chance.number(2)).flatMap { _ in change(replica, area) }
        case 12, 13: return pair(area)
        case 14, 15: return [entry(area, user, replica)] + change(replica, area)
        case 16 where plan.mix.has(.deletes): return delete(replica, area)
        case 17 where plan.mix.has(.deletes): return rebirth(replica, area)
        case 18 where plan.mix.has(.schemaSkew): return laterRow(replica, area)
        default: return change(replica, area)
        }
    }

    /// One time in two, the opposite of an update that is not in force yet: what it took out of a
    /// set is put in and what it put in is taken out, and its other fields get another value.
    mutating func undone(
        _ waiting: [RowChange], on replica: any DeviceStore, areas: [String]
    ) -> [RowEdit]? {
        var chance = chance.stream("second thoughts")
        // What stands in two rows at once stays so: a pair is never undone by halves.
        let own = [SimulatedApplication.board.id, SimulatedApplication.card.id]
        let updates = waiting.filter { $0.kind == .update && own.contains($0.table) }
        guard chance.isOne(in: 2), let change = chance.choice(updates),
            let table = replica.schema.table(change.table),
            let row = replica.row(change.table, change.key),
            let area = row.values.first?.textValue, areas.contains(area)
        else { return nil }
        var puts: [RowChange.Put] = []
        for (field, shown) in zip(table.fields, row.values) {
            if let edit = change.edits.first(where: { $0.field == field.id }) {
                let elements = Set(ScalarArray.elements(of: shown) ?? [])
                    .union(edit.removed).subtracting(edit.added)
                let array = ScalarArray.canonicalSet(elements)
                puts.append(
                    .init(field.id, array.isEmpty ? .null : .blob(ScalarArray.encode(array))))
            } else if change.put(field.id) != nil {
                puts += self.puts(field, of: table, over: shown, area, replica)
            }
        }
        return puts.isEmpty ? nil : [.update(change.table, change.key, puts)]
    }

    private mutating func birth(
        _ table: TableSchema, _ area: String, _ index: Int, _ replica: any DeviceStore,
        key: RowKey? = nil
    ) -> RowEdit {
        var puts: [RowChange.Put] = [.init(1, .text(area)), .init(2, text(area, "new"))]
        for field in table.fields.dropFirst(2) where chance.isOne(in: 4) {
            puts += self.puts(field, of: table, over: field.defaultValue, area, replica)
        }
        return .insert(table.id, key ?? self.key(table, index), Self.distinct(puts))
    }

    /// An edit of a row that the device shows.
    private mutating func change(_ replica: any DeviceStore, _ area: String) -> [RowEdit] {
        let table = chance.isOne(in: 3) ? SimulatedApplication.card : SimulatedApplication.board
        let rows = replica.rows(table.id).filter { $0.values[0] == .text(area) }
        guard let row = chance.choice(rows) else { return [] }
        if chance.isOne(in: 4) {
            return [.add(table.id, row.key, 4, Int64(chance.number(20)) - 10)]
        }
        var puts: [RowChange.Put] = []
        for _ in 0...chance.number(2) {
            let ordinal = 1 + chance.number(table.fields.count - 2)
            puts += self.puts(
                table.fields[ordinal], of: table, over: row.values[ordinal], area, replica)
        }
        return [.update(table.id, row.key, Self.distinct(puts))]
    }

    private static func distinct(_ puts: [RowChange.Put]) -> [RowChange.Put] {
        var seen: Set<FieldID> = []
        return puts.filter { seen.insert($0.field).inserted }
    }

    private mutating func text(_ area: String, _ words: String) -> Value {
        if plan.mix.has(.poison), chance.isOne(in: 25) {
            return .text(AreaMark(area: area).text(SimulatedApplication.forbidden))
        }
        let size = plan.mix.has(.bigRows) && chance.isOne(in: 3) ? 60_000 : 0
        return .text(
            AreaMark(area: area).text("\(words) \(chance.number(30))")
                + String(repeating: "~", count: size))
    }

    /// A put of one field, as a person makes it over what is shown.
    private mutating func puts(
        _ field: FieldSchema, of table: TableSchema, over shown: Value, _ area: String,
        _ replica: any DeviceStore
    ) -> [RowChange.Put] {
        let value: Value
        switch field.policy {
        case .counter:
            value = .integer((shown.integerValue ?? 0) &+ Int64(chance.number(8)) &- 4)
        case .lattice(let lattice): value = .text(chance.choice(lattice.states) ?? "NEW")
        case .flag: value = .integer(Int64(chance.number(1)))
        case .maximum, .minimum, .custom: value = .integer(Int64(chance.number(9)))
        case .multiValue:
            value = .blob(ScalarArray.encode([text(area, "opinion")]))
        case .set:
            var elements = Set(ScalarArray.elements(of: shown) ?? [])
            let element = Value.integer(Int64(chance.number(3)))
            if elements.remove(element) == nil { elements.insert(element) }
            let array = ScalarArray.canonicalSet(elements)
            value = array.isEmpty ? .null : .blob(ScalarArray.encode(array))
        case .group: value = chance.isOne(in: 5) ? .null : .text("\(chance.number(5))")
        case .immutable: value = text(area, "origin")
        case .lastWriter:
            switch field.type {
            case .key:
                let boards = replica.rows(SimulatedApplication.board.id)
                    .filter { $0.values[0] == .text(area) }
                value = chance.choice(boards).map { .key($0.key) } ?? .null
            case .integer:
                guard plan.mix.has(.uniques) else { return [] }
                value = .integer(Int64(chance.number(4)))
            default: value = text(area, "text")
            }
        }
        return [.init(field.id, value)]
    }

    /// Both rows of an area's pair get the same new token.
    private func pair(_ area: String) -> [RowEdit] {
        let token = Value.text(AreaMark(area: area).text("token \(event)"))
        return [1, 2].map {
            .update(
                SimulatedApplication.pair.id, Self.pairKey(area, $0), [.init(3, token)])
        }
    }

    private mutating func entry(
        _ area: String, _ user: UserID, _ replica: any DeviceStore
    ) -> RowEdit {
        let seen = replica.rows(SimulatedApplication.entry.id)
            .filter { $0.values[0] == .text(area) }
        var amount = Int64(chance.number(500))
        if plan.mix.has(.poison), chance.isOne(in: 5) {
            amount =
                chance.isOne(in: 2)
                ? SimulatedApplication.poisonAmount : SimulatedApplication.heldAmount
        }
        let text = AreaMark(area: area, user: user.description).text("entry \(event)")
        var puts: [RowChange.Put] = [
            .init(1, .text(area)), .init(2, .key(user)), .init(3, .text(text)),
            .init(4, .integer(amount)),
        ]
        if let cause = chance.choice(seen) { puts.append(.init(5, .key(cause.key))) }
        return .insert(SimulatedApplication.entry.id, key(SimulatedApplication.entry, 9), puts)
    }

    private mutating func delete(_ replica: any DeviceStore, _ area: String) -> [RowEdit] {
        let table = chance.isOne(in: 2) ? SimulatedApplication.card : SimulatedApplication.board
        let rows = replica.rows(table.id).filter { $0.values[0] == .text(area) }
        return chance.choice(rows).map { [.delete(table.id, $0.key)] } ?? []
    }

    /// Deletes a row and gives birth to its key again, in one transaction or in the next.
    private mutating func rebirth(_ replica: any DeviceStore, _ area: String) -> [RowEdit] {
        let table = chance.isOne(in: 2) ? SimulatedApplication.card : SimulatedApplication.board
        let gone = deleted.filter {
            $0.table == table.id && $0.area == area && replica.row($0.table, $0.key) == nil
        }
        guard let key = chance.choice(gone)?.key else { return delete(replica, area) }
        return [birth(table, area, 0, replica, key: key)]
    }

    private mutating func laterRow(_ replica: any DeviceStore, _ area: String) -> [RowEdit] {
        let later = SimulatedApplication.later
        guard replica.schema.table(later.id) != nil else { return [] }
        let puts: [RowChange.Put] = [.init(1, .text(area)), .init(2, text(area, "later"))]
        return [.insert(later.id, key(later, 3), puts)]
    }
}
