import Checklists
import LynkCore

/// An office, two inspectors at the mill and one at the depot; all have synced.
struct Plan {
    let inspection: Inspection
    let office: TestDevice
    let asha: TestDevice
    let ben: TestDevice
    let dev: TestDevice

    let mill = RowKey(high: 2, low: 1)
    let depot = RowKey(high: 2, low: 2)
    /// An item of the mill.
    let lamps = RowKey(high: 3, low: 1)

    init(seed: UInt64 = 1) throws {
        inspection = try Inspection(seed: seed)
        office = try inspection.device("office", .office)
        asha = try inspection.device("asha", .inspector)
        ben = try inspection.device("ben", .inspector)
        dev = try inspection.device("dev", .inspector)
        for (key, code) in [(mill, "MILL"), (depot, "DEPOT")] {
            try office.insert("site", key, ["code": .text(code), "title": .text(code)])
            try office.tag(key, add: ["ladder"])
        }
        try office.insert(
            "item", lamps, ["site": .key(mill), "number": 1, "text": "Exit lamps"])
        for (device, name) in [(asha, "Asha"), (ben, "Ben"), (dev, "Dev")] {
            try office.insert("inspector", device.user, ["name": .text(name)])
        }
        for (site, person) in [(mill, asha), (mill, ben), (depot, dev)] {
            try assign(site, to: person)
        }
        for device in [office, asha, ben, dev] { try device.sync() }
    }

    var everybody: [TestDevice] { [office, asha, ben, dev] }

    func assignment(of person: TestDevice, to site: RowKey) -> RowKey {
        .derived("assignment", [person.user.bytes, site.bytes])
    }

    func assign(_ site: RowKey, to person: TestDevice) throws {
        try office.insert(
            "assignment", assignment(of: person, to: site),
            ["site": .key(site), "inspector": .key(person.user)])
    }

    func withdraw(_ site: RowKey, from person: TestDevice) throws {
        try office.insert(
            "withdrawal", .derived("withdrawal", [person.user.bytes, site.bytes]),
            [
                "assignment": .key(assignment(of: person, to: site)),
                "inspector": .key(person.user),
            ])
    }

    func find(
        _ number: UInt64, by person: TestDevice, at site: RowKey, photo: [UInt8]? = nil
    ) throws {
        try person.insert(
            "finding", RowKey(high: 4, low: number),
            [
                "site": .key(site), "inspector": .key(person.user), "text": "rust",
                "photo": photo.map { .blob($0) } ?? .null, "seen_at": 1,
            ])
    }

    func resolve(_ number: UInt64, by person: TestDevice, at site: RowKey) throws {
        try person.insert(
            "resolution", .derived("resolution", [person.user.bytes, [UInt8(number)]]),
            [
                "site": .key(site), "finding": .key(RowKey(high: 4, low: number)),
                "inspector": .key(person.user), "seen_at": 2,
            ])
    }

    /// What the hub said to this device's newest change set.
    func answer(to device: TestDevice) throws -> String {
        try device.texts(
            """
            SELECT disposition || coalesce(' ' || detail, '') FROM sync_receipts
            ORDER BY sequence DESC LIMIT 1
            """
        ).first ?? "none"
    }
}
