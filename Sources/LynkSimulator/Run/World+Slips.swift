import LynkCore
import LynkEngine
import LynkStore
import LynkWire

/// Slips at the hub's seam: what the shipped code would do if it had them.
extension World {
    func plantSlips(
        _ request: SyncRequest, _ answer: PushAnswer?, _ before: StoreImage?
    ) throws {
        let changes = request.changeSets.flatMap(\.content.changes)
        guard let answer, answer.receipts.contains(where: { !$0.isRepeat }) else { return }
        switch slip {
        case .repeatedEffect:
            if let counted = changes.first(where: { !$0.adds.isEmpty && $0.kind == .update }) {
                _ = try hub.office([
                    RowChange(
                        table: counted.table, key: counted.key, kind: .update, adds: counted.adds)
                ])
            }
        case .tornChangeSet:
            let pair = SimulatedApplication.pair.id
            if let half = changes.first(where: { $0.table == pair }), let token = half.put(3) {
                _ = try hub.office([
                    RowChange(
                        table: pair, key: half.key, kind: .update,
                        puts: [.init(3, .text((token.textValue ?? "") + " again"))])
                ])
            }
        case .resurrectedRow:
            let card = SimulatedApplication.card.id
            let delete = changes.first { $0.kind == .delete && $0.table == card }
            let birth = truth.log.flatMap(\.changes).first {
                $0.kind == .insert && $0.table == card && $0.key == delete?.key
            }
            if let birth { _ = try hub.office([birth]) }
        case .lostCommit:
            try noteCommits()
            if let before { try hub.forget(to: before) }
        default: break
        }
    }
}
