import Checklists
import GRDB
import Lynk

extension Day {
    /// The office plans the day, everybody enrols and takes the plan along.
    func morning() async throws {
        time.advance(to: 8, 0)
        try await hub.operatorClient.createTenant(cast.tenant, name: "Inspections")
        try await cast.office.enrol(at: hub, in: cast.tenant)
        try cast.office.act("adds 4 inspectors, 5 sites, 5 items, and who goes where") {
            try people($0)
            try places($0)
            try assign($0, cast.mill, to: [cast.asha, cast.ben, cast.chen])
            try assign($0, cast.harbour, to: [cast.ben])
            try assign($0, cast.kiosk, to: [cast.asha])
            try assign($0, cast.depot, to: [cast.dev])
            try assign($0, cast.annexe, to: [cast.dev])
        }
        try await connect(cast.office, 8, 1)
        for person in cast.inspectors {
            try await person.enrol(at: hub, in: cast.tenant)
            try await connect(person, 8, 5)
        }
    }

    private func people(_ database: Database) throws {
        for person in cast.inspectors {
            try database.insert("inspector", person.key, ["name": .text(person.name)])
        }
    }

    private func places(_ database: Database) throws {
        for site in cast.sites {
            try database.insert(
                "site", site.key,
                [
                    "code": .text(site.code), "title": .text(site.title),
                    "street": "1 Main Road", "town": "Ashford", "postcode": "TN23",
                    "tags": Lists.set(["ladder"]), "notes": Lists.one("Key at the gate"),
                    "closed": site.key == cast.mill ? 1 : 0, "last_reading": 5_000,
                ])
        }
        for (number, text) in [
            (1, "Fire extinguishers"), (2, "Exit lamps"), (3, "Old boiler"),
        ] as [(UInt8, String)] {
            try item(database, number, text, of: cast.mill)
        }
        try item(database, 1, "Mooring rings", of: cast.harbour)
        try item(database, 1, "Windows", of: cast.annexe)
    }

    func item(
        _ database: Database, _ number: UInt8, _ text: String, of site: RowKey
    ) throws {
        try database.insert(
            "item", cast.item(number, of: site),
            ["site": .key(site), "number": .integer(Int64(number)), "text": .text(text)])
    }

    func assign(_ database: Database, _ site: RowKey, to people: [Person]) throws {
        for person in people {
            try database.insert(
                "assignment", cast.assignment(of: person, to: site),
                ["site": .key(site), "inspector": .key(person)])
        }
    }
}
