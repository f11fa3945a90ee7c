/// A device of the kit: what it has been told, and what it has sent.
package struct TestDevice: Sendable {
    /// One change set as it was sent.
    package struct Sent: Sendable {
        package var oid: [UInt8]
        package var bytes: [UInt8]
    }

    package var tenant: [UInt8]
    package var id: [UInt8]
    package var user: [UInt8]
    package var key: SigningKey
    package var token: String
    /// The code that it was enrolled with.
    package var code: String
    package var lane: [UInt8]
    /// Change sets that have a receipt, in their order.
    package var taken: [Sent] = []
    package var ratchet: [UInt8] = []
    package var digestKey: [UInt8] = []
    /// The session that the last answer opened (X14).
    package var session: [UInt8] = []
    package var hubKey: [UInt8] = []
    package var scopes: Set<String> = []
    package var checkpoint: Answer.Checkpoint?
    package var rows: [PageRows.Name: PageRows.Row] = [:]
    package var receipts: [[UInt8]: Answer.Receipt] = [:]
    /// Eras that it was told of, and proofs of its receipts: for a hub that was rolled back.
    package var eras: [CBORItem] = []
    package var proofs: [Answer.Proven] = []

    /// Takes in an answer: what it says counts with its checkpoint, receipts at once (X21).
    package mutating func take(_ answer: Answer, sent: [Sent]) {
        // What the hub lost it may take again, with other receipts (X22).
        if answer.verdict == "rollback" { receipts = [:] }
        if !answer.ratchet.isEmpty { ratchet = answer.ratchet }
        if !answer.session.isEmpty { session = answer.session }
        if !answer.hubKey.isEmpty { hubKey = answer.hubKey }
        for era in answer.eras where !eras.contains(era) { eras.append(era) }
        proofs += answer.proofs.filter { !$0.receipts.isEmpty }
        for receipt in answer.receipts where !receipt.isRepeat {
            receipts[receipt.oid] = receipt
        }
        let known = Set(taken.map(\.oid))
        let answered = Set(answer.receipts.map(\.oid))
        taken += sent.filter { answered.contains($0.oid) && !known.contains($0.oid) }
        for receipt in answer.receipts where receipts[receipt.oid] == nil {
            receipts[receipt.oid] = receipt
        }
        guard let found = answer.checkpoint else { return }
        if !answer.digestKey.isEmpty { digestKey = answer.digestKey }
        if let told = answer.scopes { scopes = Set(told) }
        if answer.verdict == "rollback" { forget(answer, found) }
        for page in answer.pages {
            for row in page.rows { rows[.init(table: row.table, key: row.key)] = row }
            for name in page.removed { rows[name] = nil }
        }
        rows = rows.filter { !scopes.isDisjoint(with: $0.value.scopes) }
        checkpoint = found
    }

    /// The effective time that the hub has first signed for a change set.
    package func proven(_ oid: [UInt8]) -> UInt64? {
        proofs.flatMap(\.receipts).first { $0.oid == oid }?.effective
    }

    /// When the rows of the pages alone have the checkpoint's root, those that they do not bring
    /// were lost at the hub (X22).
    private mutating func forget(_ answer: Answer, _ found: Answer.Checkpoint) {
        var alone = self
        alone.rows = [:]
        for row in answer.pages.flatMap(\.rows) {
            alone.rows[.init(table: row.table, key: row.key)] = row
        }
        if alone.root == found.root { rows = [:] }
    }

    /// The root of all rows that it has.
    package var root: [UInt8] {
        var digest = SetDigest()
        for row in rows.values {
            for scope in row.scopes where scopes.contains(scope) {
                digest.add(row, in: scope, key: digestKey)
            }
        }
        return digest.root
    }
}
