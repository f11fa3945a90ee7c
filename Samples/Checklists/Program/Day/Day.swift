import Checklists
import Foundation
import GRDB
import Lynk
import LynkServer

/// One day of five people, four sites and no network for most of it.
struct Day {
    let hub: RunningHub
    let time: DayTime
    let journal: Journal
    let cast: Cast

    init(in directory: String, hub: RunningHub) throws {
        self.hub = hub
        time = DayTime()
        journal = Journal()
        cast = try Cast(in: directory, hub: hub, time: time, journal: journal)
    }

    func play() async throws {
        try await morning()
        try walk()
        try await plan()
        try await returnHome()
        try await evening()
        try await untilQuiet()
    }

    /// A device finds a network.
    func connect(_ person: Person, _ hour: Int64, _ minute: Int64) async throws {
        time.advance(to: hour, minute)
        try await sync(person)
    }

    @discardableResult
    private func sync(_ person: Person) async throws -> SyncReport {
        time.tick()
        try hub.clock.set(milliseconds: time.now)
        let report = try await person.sync()
        journal.add(
            Journal.Deed(
                milliseconds: time.now, who: person.name,
                what: "syncs: \(report.receiptsTotal) sent, \(report.rowsApplied) rows received",
                sequence: nil))
        return report
    }

    /// Everybody syncs until nobody sends or receives anything.
    private func untilQuiet() async throws {
        time.advance(to: 19, 0)
        for _ in 0..<10 {
            var isQuiet = true
            for person in cast.everybody {
                let report = try await sync(person)
                if report.receiptsTotal > 0 || report.rowsApplied > 0 { isQuiet = false }
            }
            if isQuiet { return }
        }
        throw Problem(.internalFailure, "after ten rounds there is still something to sync")
    }
}
