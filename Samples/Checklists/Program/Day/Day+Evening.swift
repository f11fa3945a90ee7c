import Checklists
import GRDB
import Lynk

extension Day {
    /// At noon the office changes its mind, knowing nothing of what happens outside.
    func plan() async throws {
        time.advance(to: 12, 0)
        let office = cast.office
        try office.act("Harbour: from Ben to Dev") {
            try $0.insert(
                "withdrawal", .derived("withdrawal", [cast.ben.key.bytes]),
                [
                    "assignment": .key(cast.assignment(of: cast.ben, to: cast.harbour)),
                    "inspector": .key(cast.ben),
                ])
            try assign($0, cast.harbour, to: [cast.dev])
        }
        try office.act("deletes item 3 of the Mill, Old boiler") {
            try $0.delete("item", cast.item(3, of: cast.mill))
        }
        try office.act("deletes the Kiosk, not knowing that Asha is there") {
            try $0.delete("site", cast.kiosk)
        }
        try office.act("deletes the Annexe, and its item with it") {
            try $0.delete("site", cast.annexe)
        }
        try await connect(office, 12, 5)
    }

    /// The inspectors find a network one after the other, the one who wrote first as the last.
    func returnHome() async throws {
        try await connect(cast.asha, 14, 0)
        try await connect(cast.dev, 14, 20)
        try await connect(cast.ben, 15, 0)
        try await connect(cast.chen, 15, 30)
        try await connect(cast.asha, 16, 0)
    }

    /// Who has seen all of it decides anew, and two resolve the same finding at once.
    func evening() async throws {
        time.advance(to: 16, 30)
        try cast.asha.act("Mill: one note instead of three; item 1 is severity 1 after all") {
            try $0.update(
                "site", cast.mill,
                ["notes": Lists.one("Gate code 77; bats; a dog")])
            try $0.update("item", cast.item(1, of: cast.mill), ["severity": 1])
        }
        for person in [cast.asha, cast.chen] {
            try person.act("Mill: Asha's finding is mended") {
                try $0.insert(
                    "resolution", .derived("resolution", [person.key.bytes]),
                    [
                        "site": .key(cast.mill), "finding": .key(finding(by: cast.asha)),
                        "inspector": .key(person), "seen_at": .integer(time.now),
                    ])
            }
        }
    }
}
