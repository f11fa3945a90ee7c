/// A history as a store that keeps all promises would give it, to measure and to test the checker:
/// a hub that takes change sets in some order, and devices that exchange with it now and then.
public struct SyntheticHistory {
    /// In the order of time.
    public private(set) var records: [Record] = []

    private struct Device {
        let name: String
        var rows: [String: Cell] = [:]
        /// Written and not sent yet.
        var unsent: [[Cell]] = []
        /// Of the hub's log.
        var position = 0
    }

    private var random: SplitMix
    private var devices: [Device]
    private var log: [[Cell]] = []
    private var written = 0
    private let keysMax: Int

    /// - Parameters:
    ///   - operations: how many records there are at least.
    ///   - keys: how many registers there are beside payments.
    public init(seed: UInt64, sessions: Int, operations: Int, keys: Int = 50) {
        random = SplitMix(seed: seed)
        devices = (0..<max(sessions, 1)).map { Device(name: "d\($0)") }
        keysMax = max(keys, 1)
        records.reserveCapacity(operations + 100)
        while records.count < operations {
            let device = Int(random.next() % UInt64(devices.count))
            if random.next() % 3 == 0 { exchange(device) } else { write(device) }
        }
        for _ in 0..<2 { devices.indices.forEach { exchange($0) } }
        for device in devices { end(device.name, device.rows) }
        end(Record.hub, devices[0].rows)
        let amounts = devices[0].rows.values.compactMap(\.amount)
        tell(
            Record.hub,
            .books(
                Books(
                    payments: amounts.count, collected: amounts.reduce(0, +), difference: 0,
                    drift: 0)))
    }

    private mutating func tell(_ session: String, _ event: Event) {
        records.append(Record(at: Int64(records.count), by: session, event))
    }

    private mutating func write(_ place: Int) {
        written += 1
        let name = "w\(written)"
        let cells =
            random.next() % 20 == 0
            ? [Cell("payment/\(written)", name, amount: Int64(written))]
            : (0...Int(random.next() % 2)).map { number in
                let own = Int(random.next() % UInt64(keysMax))
                // Each device writes keys of its own: which of two concurrent writes wins is the
                // store's rule, and none of it is in the checker.
                return Cell("\(devices[place].name)/\(number)/\(own)", name)
            }
        let session = devices[place].name
        tell(session, .writing(write: name, cells: cells))
        tell(session, .wrote(write: name, oid: name))
        devices[place].unsent.append(cells)
        for cell in cells { devices[place].rows[cell.key] = cell }
        tell(session, .read(shown: cells, gone: [], isWhole: false))
    }

    private mutating func exchange(_ place: Int) {
        log += devices[place].unsent
        devices[place].unsent = []
        let new = log[devices[place].position...]
        devices[place].position = log.count
        var changed: [String: Cell] = [:]
        for cell in new.joined() { changed[cell.key] = cell }
        let shown = changed.values.filter { devices[place].rows[$0.key] != $0 }
        for cell in shown { devices[place].rows[cell.key] = cell }
        tell(devices[place].name, .exchanged(problem: nil, isEqual: true))
        tell(
            devices[place].name,
            .read(shown: shown.sorted { $0.key < $1.key }, gone: [], isWhole: false))
    }

    private mutating func end(_ session: String, _ rows: [String: Cell]) {
        tell(
            session,
            .read(shown: rows.values.sorted { $0.key < $1.key }, gone: [], isWhole: true))
        tell(session, .finished(pending: 0, isEqual: true, incidents: []))
    }
}

/// SplitMix64 (Steele, Lea, Flood, 2014): the same seed draws the same.
struct SplitMix: RandomNumberGenerator {
    private var state: UInt64

    init(seed: UInt64) { state = seed }

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
