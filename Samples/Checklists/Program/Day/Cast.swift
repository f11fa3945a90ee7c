import Checklists
import Foundation
import Lynk

/// Who and what the day is about.
struct Cast {
    let tenant = TenantID(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001)
    let office: Person
    let asha: Person
    let ben: Person
    /// The clock of this device is two hours ahead, which gains nothing.
    let chen: Person
    let dev: Person

    let mill = RowKey.derived("site", [Array("mill".utf8)])
    let harbour = RowKey.derived("site", [Array("harbour".utf8)])
    let kiosk = RowKey.derived("site", [Array("kiosk".utf8)])
    let depot = RowKey.derived("site", [Array("depot".utf8)])
    let annexe = RowKey.derived("site", [Array("annexe".utf8)])

    var inspectors: [Person] { [asha, ben, chen, dev] }
    var everybody: [Person] { [office] + inspectors }
    var sites: [(key: RowKey, code: String, title: String)] {
        [
            (mill, "MILL", "Mill"), (harbour, "HARB", "Harbour shed"),
            (kiosk, "KIOSK", "Kiosk"), (depot, "DEPOT", "Depot"), (annexe, "ANNEXE", "Annexe"),
        ]
    }

    init(in directory: String, hub: RunningHub, time: DayTime, journal: Journal) throws {
        func person(_ name: String, _ role: Role, ahead: Int64 = 0) throws -> Person {
            try Person(
                name, role, skewMinutes: ahead, in: directory, hub: hub, time: time,
                journal: journal)
        }
        office = try person("Office", .office)
        asha = try person("Asha", .inspector)
        ben = try person("Ben", .inspector)
        chen = try person("Chen", .inspector, ahead: 120)
        dev = try person("Dev", .inspector)
    }

    /// An item of a site by its number.
    func item(_ number: UInt8, of site: RowKey) -> RowKey {
        .derived("item", [site.bytes, [number]])
    }

    func assignment(of person: Person, to site: RowKey) -> RowKey {
        .derived("assignment", [person.key.bytes, site.bytes])
    }
}
