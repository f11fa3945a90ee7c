import Foundation
import GRDB
import LynkCore
import LynkEngine
import LynkWire

@testable import LynkStore

/// A hub that only exists on paper: a test says which frames it sends.
struct PaperHub {
    static let scope = Scope("district/1")
    let era: EraID
    let hub = HubID(high: 5, low: 5)
    let lane = LaneID(high: 6, low: 6)
    let key = DeviceKey()

    init(era low: UInt64 = 1) { era = EraID(high: 7, low: low) }

    func welcome(
        verdict: HandshakeVerdict = .ok, refusal: Problem? = nil, scopes: [Scope]? = nil,
        ratchet: [UInt8] = [], resumed: Bool = false, wantsEras: Bool = false
    ) -> Welcome {
        Welcome(
            hub: hub, eras: [EraRecord(era: era, hub: hub, parents: .zero)], head: nil,
            hubTime: HybridTimestamp(rawValue: 1), digestKey: [UInt8](repeating: 3, count: 32),
            scopes: scopes.map { ScopeUpdate(scopes: $0) }, refusal: refusal, verdict: verdict,
            ratchet: ratchet, wantsEras: wantsEras, resumed: resumed,
            hubKey: key.publicKey.bytes)
    }

    /// A row as the `number`-th commit wrote it.
    struct Line {
        let key: RowKey
        let values: [Value]
        let number: UInt64
    }

    func page(
        _ table: TableSchema, _ lines: [Line], removed: [RowKey] = [], mark: [UInt8] = [],
        scope: Scope = PaperHub.scope
    ) -> [UInt8] {
        let writer = PageWriter()
        let section = writer.section(table, handles: [1]) { _ in scope }
        for line in lines {
            let stamp = Stamp(
                era: 0, number: line.number,
                effective: HybridTimestamp(rawValue: line.number << 16), author: 0)
            line.key.bytes.withUnsafeBytes {
                writer.begin(section, key: $0, record: StampRecord(scopes: [1], row: stamp)) { _ in
                    (era, lane)
                }
            }
            for (column, value) in line.values.enumerated() {
                value.withCell { section.append($0, column: column) }
            }
            writer.end(rowBytes: 64)
        }
        for key in removed { key.bytes.withUnsafeBytes { writer.remove(section, key: $0) } }
        return writer.finish(mark: mark)
    }

    func checkpoint(
        _ number: UInt64, head: LaneHead? = nil, chain: [UInt8] = [], durable: UInt64? = nil
    ) -> Checkpoint {
        Checkpoint(
            position: Int64(number), vector: vector(number), head: head,
            scopeSetHash: ScopeUpdate(scopes: [Self.scope]).hash,
            digestRoot: [UInt8](repeating: 0, count: 16), chain: chain,
            durable: durable.map { vector($0) })
    }

    func vector(_ number: UInt64) -> VersionVector { VersionVector([era: number]) }

    /// Receipts for everything that was offered, numbered from `number` on.
    func receipts(_ offer: ExchangeOffer, from number: UInt64) -> [Receipt] {
        zip(offer.changeSets, number...).map { offered, number in
            Receipt(
                oid: offered.oid, disposition: .accepted, dot: Dot(era: era, number: number),
                effective: HybridTimestamp(rawValue: number << 16))
        }
    }
}

extension Value {
    fileprivate func withCell(_ body: (Cell) -> Void) {
        switch self {
        case .null: body(.null)
        case .integer(let number): body(.integer(number))
        case .real(let number): body(.real(number))
        case .text(let text): Array(text.utf8).withUnsafeBytes { body(.text($0)) }
        case .blob(let bytes): bytes.withUnsafeBytes { body(.blob($0)) }
        }
    }
}

extension TestDevice {
    /// One exchange with a hub on paper.
    func exchange(
        _ hub: PaperHub, _ welcome: Welcome, pages: [[UInt8]] = [],
        receiptsFrom number: UInt64? = nil, _ checkpoint: (ExchangeOffer) -> Checkpoint
    ) throws {
        let offer = try replica.offer()
        try replica.begin(welcome)
        if let number { try replica.record(hub.receipts(offer, from: number)) }
        for page in pages { try replica.stage(page: page) }
        _ = try replica.apply(checkpoint(offer))
    }

    func shop(_ key: RowKey, _ name: String, visits: Int64 = 0, number: UInt64) -> PaperHub.Line {
        PaperHub.Line(
            key: key, values: ["1", .text(name), .null, .integer(visits), "NEW", .null],
            number: number)
    }
}
