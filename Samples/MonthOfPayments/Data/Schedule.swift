/// One thing that happens to one device at one moment of the month.
struct Step: Sendable {
    enum Kind: Sendable {
        /// A payment is recorded, offline: its place in ``DataSet/payments``.
        case record(Int)
        /// The device has a network.
        case sync
    }

    let milliseconds: Int64
    /// Place of the device in the run.
    let device: Int
    let kind: Kind
}

/// The steps that fall into one minute: devices of different tenants go side by side, those of one
/// tenant one after the other, because the hub books money in the order of its arrival.
struct Minute: Sendable {
    /// The true time at its last step: what the hub's clock shows.
    let milliseconds: Int64
    /// Per tenant, in order of time.
    let lines: [[Step]]

    var hasSync: Bool {
        lines.contains { $0.contains { if case .sync = $0.kind { true } else { false } } }
    }

    var recordCount: Int {
        lines.reduce(0) {
            $0 + $1.count { if case .record = $0.kind { true } else { false } }
        }
    }
}

enum Schedule {
    /// The minutes of a month in which something happens, in order.
    static func minutes(
        of steps: [Step], tenantOf: (_ device: Int) -> Int
    ) -> [Minute] {
        let ordered = steps.enumerated().sorted {
            ($0.element.milliseconds, $0.offset) < ($1.element.milliseconds, $1.offset)
        }.map(\.element)
        var minutes: [Minute] = []
        var at = ordered.startIndex
        while at < ordered.endIndex {
            let minute = ordered[at].milliseconds / 60_000
            let rest = ordered[at...]
            let end = rest.firstIndex { $0.milliseconds / 60_000 != minute } ?? ordered.endIndex
            let lines = Dictionary(grouping: ordered[at..<end]) { tenantOf($0.device) }
            minutes.append(
                Minute(
                    milliseconds: ordered[end - 1].milliseconds,
                    lines: lines.sorted { $0.key < $1.key }.map(\.value)))
            at = end
        }
        return minutes
    }
}
