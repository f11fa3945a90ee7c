import Foundation
import LynkClient
import LynkCore
import LynkStore

/// How a row became what it is, as the hub tells it and as this replica's own writes do.
struct RowStory {
    enum Hub {
        case answered
        /// It has no such row for this device.
        case knowsNothing
        case notAsked(String)
        case unreachable(String)
    }

    let table: TableSchema
    let key: RowKey
    let device: DeviceID
    /// The hubs of all eras; a hub writes in a lane of its own name.
    let hubs: Set<String>
    private(set) var own: [OwnChange]
    var hub = Hub.answered
    var history: JSONValue? {
        didSet { dropOwnThatTheHubTells() }
    }

    init(table: TableSchema, key: RowKey, device: DeviceID, hubs: Set<String>, own: [OwnChange]) {
        self.table = table
        self.key = key
        self.device = device
        self.hubs = hubs
        self.own = own
    }

    var isUnreachable: Bool { if case .unreachable = hub { true } else { false } }
    var isUnasked: Bool { if case .notAsked = hub { true } else { isUnreachable } }

    /// What to say of the hub when its part is missing.
    var note: String? {
        switch hub {
        case .answered: nil
        case .knowsNothing: "The hub shows this device no such row."
        case .notAsked(let reason): "The hub was not asked: \(reason)."
        case .unreachable(let reason): "The hub was not asked, it cannot be reached: \(reason)"
        }
    }

    private mutating func dropOwnThatTheHubTells() {
        let told = Set(history.list("steps").compactMap { $0["changeSet"]?.stringValue })
        own.removeAll { told.contains("\($0.oid)") }
    }

    func show(asJSON: Bool) {
        guard !asJSON else {
            print(String(decoding: json.encoded, as: UTF8.self))
            return
        }
        print("\(table.name) \(key)")
        if let note { print(note) }
        if history != nil { showHubs() }
        if !own.isEmpty {
            print("\nWritten here, and not in what the hub tells:")
            ownTable.show(asJSON: false, empty: "")
        } else if isUnasked {
            print("Nothing that was written here and is still kept concerns this row.")
        }
    }

    private func showHubs() {
        if history?["isDeleted"] == .bool(true) { print("The row is deleted.") }
        print("\nWhy each value stands:")
        standing.show(asJSON: false, empty: "No fields.")
        print("\nWho wrote, oldest first:")
        steps.show(asJSON: false, empty: "No commit of this row is kept.")
        if history?["isCut"] == .bool(true) { print("Older commits are left out.") }
    }

    private var json: JSONValue {
        [
            "table": .string(table.name), "key": .string("\(key)"),
            "hubAsked": .bool(!isUnasked), "note": note.map { .string($0) } ?? .null,
            "history": history ?? .null, "own": .array(own.map(document)),
        ]
    }
}

extension RowStory {
    private var standing: Table {
        let devices = Dictionary(
            history.list("steps").map { ($0.text("lane"), $0.text("device")) },
            uniquingKeysWith: { first, _ in first })
        var table = Table(["field", "value", "effective", "by", "commit", "policy", "why"])
        table.rows = history.list("standing").map { field in
            [
                .text(field.text("field")), cell(field["value"]),
                moment(field["effectiveMilliseconds"]),
                author(devices[field.text("author")] ?? "", field.text("author")),
                .text(commit(field)), .text(field.text("policy")), .text(reason(field)),
            ]
        }
        return table
    }

    private var steps: Table {
        var table = Table([
            "effective", "claimed", "by", "commit", "answer", "knew", "intent", "wrote",
        ])
        table.rows = history.list("steps").map { step in
            [
                moment(step["effectiveMilliseconds"]), moment(step["claimedMilliseconds"]),
                author(step.text("device"), step.text("lane")), .text(commit(step)),
                .text(step.text("disposition")), .text(knew(step)), cell(step["intent"]),
                .text(wrote(step)),
            ]
        }
        return table
    }

    private var ownTable: Table {
        var table = Table(["claimed", "answer", "knew", "intent", "change_set", "wrote"])
        table.rows = own.map { own in
            let knew = own.context.sorted.map { "\("\($0.era)".prefix(8)):\($0.number)" }
            return [
                .moment(Int64(own.claimed.milliseconds)), .text(answer(own)),
                .text(knew.isEmpty ? "nothing" : knew.joined(separator: " ")),
                own.intent.map { .text($0.name) } ?? .none, .text("\("\(own.oid)".prefix(12))"),
                .text(parts(own).map { "\($0)=\($1)" }.joined(separator: " ")),
            ]
        }
        return table
    }

    /// What decided, in words.
    private func reason(_ field: JSONValue) -> String {
        let other = field["other"].map { commit($0) } ?? "another write"
        let decided =
            switch field["ground"]?.stringValue {
            case "laterEffectiveTime": "the later effective time wins"
            case "earlierEffectiveTime": "the earlier effective time wins"
            case "greaterContentID": "equal times; the greater content id wins"
            case "lesserContentID": "equal times; the lesser content id wins"
            case "policy": "the policy decides"
            default: "what decided is not known any more"
            }
        return switch field["relation"]?.stringValue {
        case "onlyWrite": "nobody else wrote it"
        case "known": "its author had seen \(other)"
        case "concurrent": "written apart from \(other); \(decided)"
        case "refused": "\(other) came later, and the policy did not allow it"
        case "forgotten": "too long ago: what was known then is not kept"
        case let relation: relation ?? "not told"
        }
    }

    private func answer(_ own: OwnChange) -> String {
        if let problem = own.problem { return problem }
        if let disposition = own.disposition { return disposition.rawValue }
        return "none yet"
    }

    private func author(_ device: String, _ lane: String) -> Cell {
        if device == "\(self.device)" { return .text("this device") }
        if hubs.contains(lane) { return .text(device.isEmpty ? "the hub" : "the office") }
        return .text(device.isEmpty ? "lane \(lane.prefix(8))" : "\(device.prefix(8))")
    }

    private func commit(_ dot: JSONValue) -> String {
        "\(dot.text("era").prefix(8)):\(dot.text("number"))"
    }

    private func knew(_ step: JSONValue) -> String {
        let entries = Optional(step).list("knew").map { commit($0) }
        return entries.isEmpty ? "nothing" : entries.joined(separator: " ")
    }

    private func wrote(_ step: JSONValue) -> String {
        Optional(step).list("changes").map { change in
            var parts = [change.text("kind")]
            if change["by"]?.stringValue == "hub" { parts.insert("the hub:", at: 0) }
            parts += change.members("puts").map { "\($0)=\(cell($1).plain)" }
            parts += change.members("adds").map { "\($0)+=\(cell($1).plain)" }
            parts += change.members("edits").map { "\($0) edited" }
            return parts.map { $0 }.joined(separator: " ")
        }.joined(separator: "; ")
    }

    private func parts(_ own: OwnChange) -> [(String, String)] {
        func name(_ id: FieldID) -> String {
            table.ordinal(of: id).map { table.fields[$0].name } ?? "#\(id)"
        }
        return own.change.puts.map { (name($0.field), cell($0.value).plain) }
            + own.change.adds.map { (name($0.field) + "+", String($0.delta)) }
            + own.change.edits.map {
                (name($0.field), "+\($0.added.count)-\($0.removed.count)")
            }
    }

    private func document(_ own: OwnChange) -> JSONValue {
        [
            "sequence": .string(String(own.sequence)), "changeSet": .string("\(own.oid)"),
            "claimedMilliseconds": .string(String(own.claimed.milliseconds)),
            "disposition": own.disposition.map { .string($0.rawValue) } ?? .null,
            "problem": own.problem.map { .string($0) } ?? .null,
            "isOnTop": .bool(own.isOnTop),
            "intent": own.intent.map { .string($0.name) } ?? .null,
            "knew": .array(
                own.context.sorted.map {
                    ["era": .string("\($0.era)"), "number": .string(String($0.number))]
                }),
            "kind": .string("\(own.change.kind)"),
            "fields": .object(
                Dictionary(
                    parts(own).map { ($0, .string($1)) }, uniquingKeysWith: { first, _ in first })
            ),
        ]
    }

    private func cell(_ value: Value) -> Cell {
        switch value {
        case .null: .none
        case .integer(let number): .number(number)
        case .real(let number): .text(String(number))
        case .text(let text): .text(text)
        case .blob(let bytes):
            .text(RowKey(bytes: bytes)?.description ?? hexadecimal(bytes))
        }
    }

    private func cell(_ value: JSONValue?) -> Cell {
        switch value {
        case .string(let text): .text(text)
        case .integer(let number): .number(number)
        case .real(let number): .text(String(number))
        default: .none
        }
    }

    private func moment(_ value: JSONValue?) -> Cell {
        value?.stringValue.flatMap { Int64($0) }.map { .moment($0) } ?? .none
    }
}

extension JSONValue {
    fileprivate func text(_ member: String) -> String { self[member]?.stringValue ?? "" }

    fileprivate func members(_ name: String) -> [(String, JSONValue)] {
        guard case .object(let members)? = self[name] else { return [] }
        return members.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }
}

extension JSONValue? {
    fileprivate func list(_ member: String) -> [JSONValue] {
        if case .array(let elements)? = self?[member] { elements } else { [] }
    }
}
