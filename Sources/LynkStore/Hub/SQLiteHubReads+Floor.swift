import LynkCore
import LynkEngine

/// What decides how far the floor may go.
extension SQLiteHubReads {
    func received(at position: Int64) throws -> HybridTimestamp? {
        try first(
            "SELECT received FROM lynk_log WHERE position = ?", bind: { $0.bind(1, position) }
        ) { HybridTimestamp(rawValue: UInt64(bitPattern: $0.integer(0))) }
    }

    func quarantined(at position: Int64) throws -> QuarantineRecord? {
        try first("\(Self.quarantineColumns) WHERE position = ?", bind: { $0.bind(1, position) }) {
            try quarantineRecord($0)
        }
    }

    func hasQuarantined(of device: DeviceID) throws -> Bool {
        try first(
            "SELECT 1 FROM lynk_quarantine WHERE device = ? AND resolution IS NULL LIMIT 1",
            bind: { $0.bind(1, blob: device.bytes) }
        ) { _ in true } ?? false
    }

    func conflictCount(after position: Int64, through last: Int64) throws -> Int {
        try first(
            "SELECT count(*) FROM lynk_conflict WHERE position > ? AND position <= ?",
            bind: {
                $0.bind(1, position)
                $0.bind(2, last)
            }
        ) { Int($0.integer(0)) } ?? 0
    }
}
