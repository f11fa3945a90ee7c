import LynkHistory
import TestSupport
import Testing

/// Long histories of a store that is right by construction: only what is planted is found.
struct SyntheticHistoryTests {
    @Test("histories of a store that is right are clean")
    func clean() {
        for seed in UInt64(1)...20 {
            let records = SyntheticHistory(seed: seed, sessions: 5, operations: 400).records
            #expect(records.count >= 400)
            #expect(HistoryCheck(records).anomalies.isEmpty)
        }
    }

    @Test("one read that goes back is found wherever it is")
    func planted() throws {
        for seed in UInt64(1)...20 {
            var records = SyntheticHistory(seed: seed, sessions: 4, operations: 400).records
            // Everything that its author saw last is taken back before its session ends.
            let place = try #require(
                records.lastIndex { record in
                    guard case .wrote = record.event else { return false }
                    return record.by != Record.hub
                })
            let written = records[place - 1]
            guard case .writing(_, let cells) = written.event else { continue }
            records.insert(
                Record(
                    at: records[place].at, by: written.by,
                    .read(shown: [], gone: cells.map(\.key), isWhole: false)), at: place + 1)
            #expect(
                HistoryCheck(records).anomalies.contains { $0.kind == .readYourWrites })
        }
    }
}
