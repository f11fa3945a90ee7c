import Checklists
import GRDB
import LynkCore

/// What the plan's people do offline, drawn from a seed. All of it stands in their outboxes.
struct RandomDay {
    let plan: Plan
    private var random: SeededGenerator
    private var made: UInt64 = 100

    init(seed: UInt64) throws {
        plan = try Plan(seed: seed)
        random = SeededGenerator(seed: seed)
        for person in [plan.asha, plan.ben, plan.dev] {
            let site = person.principal.device == plan.dev.principal.device ? plan.depot : plan.mill
            for _ in 0..<Int.random(in: 2...5, using: &random) { try inspect(site, by: person) }
        }
        for _ in 0..<Int.random(in: 1...4, using: &random) { try manage() }
    }

    private mutating func inspect(_ site: RowKey, by person: TestDevice) throws {
        made += 1
        let text = Value.text("text \(made)")
        switch Int.random(in: 0..<12, using: &random) {
        case 0: try person.update("site", site, ["title": text])
        case 1: try person.update("site", site, ["street": text, "postcode": text])
        case 2: try person.update("site", site, ["town": text, "closed": bit()])
        case 3:
            let number = Value.integer(Int64.random(in: 1...99, using: &random))
            try person.update("site", site, ["last_reading": number, "first_visit": number])
        case 4: try person.update("site", site, ["risk": risk()])
        case 5: try person.act { try $0.execute(sql: "UPDATE site SET visits = visits + 1") }
        case 6:
            try person.update(
                "item", plan.lamps,
                ["checked_by": .key(person.user), "checked_at": .integer(Int64(made))])
        case 7: try person.update("item", plan.lamps, ["severity": severity()])
        case 8: try person.tag(site, add: ["tag \(made % 4)"])
        case 9: try person.tag(site, remove: ["tag \(made % 4)", "ladder"])
        case 10: try person.note(site, "note \(made)")
        default: try plan.find(made, by: person, at: site)
        }
    }

    private mutating func manage() throws {
        made += 1
        let text = Value.text("text \(made)")
        switch Int.random(in: 0..<6, using: &random) {
        case 0: try plan.office.update("site", plan.mill, ["title": text, "risk": risk()])
        case 1: try plan.office.update("item", plan.lamps, ["text": text, "severity": severity()])
        case 2:
            try plan.office.insert(
                "item", RowKey(high: 3, low: made),
                ["site": .key(plan.mill), "number": .integer(Int64(made)), "text": text])
        case 3: try plan.office.delete("item", plan.lamps)
        case 4: try plan.office.tag(plan.mill, add: ["tag \(made % 4)"], remove: ["ladder"])
        default:
            try plan.office.insert(
                "assignment", RowKey(high: 5, low: made),
                ["site": .key(plan.depot), "inspector": .key(plan.asha.user)])
        }
    }

    private mutating func bit() -> Value { .integer(Int64.random(in: 0...1, using: &random)) }
    private mutating func severity() -> Value { .integer(Int64.random(in: 0...3, using: &random)) }

    private mutating func risk() -> Value {
        .text(["MEDIUM", "HIGH", "CRITICAL"].randomElement(using: &random) ?? "HIGH")
    }
}
