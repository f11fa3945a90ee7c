import Checklists
import GRDB
import Lynk

extension Day {
    /// Three inspectors at one site without a network: every policy meets a conflict.
    func walk() throws {
        time.advance(to: 9, 5)
        try chenAtTheMill()
        time.advance(to: 9, 10)
        try ashaAtTheMill()
        time.advance(to: 9, 20)
        try benAtTheMill()
        time.advance(to: 10, 30)
        try elsewhere()
    }

    private func chenAtTheMill() throws {
        let (chen, mill) = (cast.chen, cast.mill)
        try chen.act("Mill: title, address, tag bats, visit, meter 5150, risk CRITICAL, note") {
            try $0.update(
                "site", mill,
                [
                    "title": "Mill (by Chen)", "street": "3 Mill Lane", "town": "Wye",
                    "tags": Lists.set(["bats", "ladder"]), "first_visit": 20_780,
                    "last_reading": 5_150, "risk": "CRITICAL",
                    "notes": Lists.one("Bats in the roof"),
                ])
            try visit($0, mill)
        }
        try chen.act("Mill: adds item 4, Roof hatch") {
            try $0.insert(
                "item", cast.item(40, of: mill),
                ["site": .key(mill), "number": 4, "text": "Roof hatch"])
        }
    }

    private func ashaAtTheMill() throws {
        let (asha, mill) = (cast.asha, cast.mill)
        try asha.act("Mill: title, address, no ladder, visit, meter 5188, risk HIGH, note, opens") {
            try $0.update(
                "site", mill,
                [
                    "title": "Mill, rear gate", "street": "4 Mill Lane", "postcode": "TN24",
                    "tags": Lists.set([]), "first_visit": 20_779, "last_reading": 5_188,
                    "risk": "HIGH", "notes": Lists.one("Gate code is 77"), "closed": 0,
                ])
            try visit($0, mill)
        }
        try asha.act("Mill: item 1 checked, severity 1; states a finding") {
            try check($0, 1, by: asha, severity: 1)
            try find($0, "Extinguisher out of date", by: asha)
        }
        try asha.act("Mill: adds item 4, Stair rail") {
            try $0.insert(
                "item", cast.item(41, of: mill),
                ["site": .key(mill), "number": 4, "text": "Stair rail"])
        }
    }

    private func benAtTheMill() throws {
        let (ben, mill) = (cast.ben, cast.mill)
        try ben.act("Mill: title, dog and no ladder, visit, meter 5170, risk MEDIUM, note, opens") {
            try $0.update(
                "site", mill,
                [
                    "title": "Mill Works", "tags": Lists.set(["dog"]),
                    "first_visit": 20_780, "last_reading": 5_170, "risk": "MEDIUM",
                    "notes": Lists.one("Beware of the dog"), "closed": 0,
                ])
            try visit($0, mill)
        }
        try ben.act("Mill: closes it again, the ladder is still needed") {
            try $0.update("site", mill, ["closed": 1, "tags": Lists.set(["dog", "ladder"])])
        }
        try ben.act("Mill: item 1 checked, severity 3; states a finding") {
            try check($0, 1, by: ben, severity: 3)
            try find($0, "Extinguisher empty", by: ben)
        }
        try ben.act("Mill: item 3, Old boiler, checked") {
            try check($0, 3, by: ben, severity: 0)
        }
    }

    /// What each of them does at other sites, and what Dev should not do.
    private func elsewhere() throws {
        try cast.asha.act("Kiosk: title, and a visit") {
            try $0.update("site", cast.kiosk, ["title": "Kiosk, repainted"])
            try visit($0, cast.kiosk)
        }
        try cast.ben.act("Harbour: meter 7000, and a visit") {
            try $0.update("site", cast.harbour, ["last_reading": 7_000])
            try visit($0, cast.harbour)
        }
        try cast.dev.act("Depot: a visit, meter 900 less than known") {
            try $0.update("site", cast.depot, ["last_reading": 4_100])
            try visit($0, cast.depot)
        }
        try cast.dev.act("assigns the Mill to himself") {
            try assign($0, cast.mill, to: [cast.dev])
        }
        try cast.dev.act("deletes the Depot") { try $0.delete("site", cast.depot) }
    }

    func visit(_ database: Database, _ site: RowKey) throws {
        try database.execute(
            sql: "UPDATE site SET visits = visits + 1 WHERE id = ?", arguments: [site.data])
    }

    private func check(
        _ database: Database, _ number: UInt8, by person: Person, severity: Int64
    ) throws {
        try database.update(
            "item", cast.item(number, of: cast.mill),
            [
                "checked_by": .key(person), "checked_at": .integer(time.now),
                "severity": .integer(severity),
            ])
    }

    private func find(_ database: Database, _ text: String, by person: Person) throws {
        try database.insert(
            "finding", finding(by: person),
            [
                "site": .key(cast.mill), "item": .key(cast.item(1, of: cast.mill)),
                "inspector": .key(person), "text": .text(text),
                "photo": .blob(Photo.hash(of: text)), "seen_at": .integer(time.now),
            ])
    }

    /// The one finding that this person states in the day.
    func finding(by person: Person) -> RowKey { .derived("finding", [person.key.bytes]) }
}
