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
    package var hubKey: [UInt8] = []
    package var scopes: Set<String> = []
    package var checkpoint: Answer.Checkpoint?
    package var rows: [PageRows.Name: PageRows.Row] = [:]
    package var receipts: [[UInt8]: Answer.Receipt] = [:]

    /// Takes in an answer: what it says counts with its checkpoint, receipts at once (X21).
    package mutating func take(_ answer: Answer, sent: [Sent]) {
        if !answer.ratchet.isEmpty { ratchet = answer.ratchet }
        if !answer.hubKey.isEmpty { hubKey = answer.hubKey }
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
        for page in answer.pages {
            for row in page.rows { rows[.init(table: row.table, key: row.key)] = row }
            for name in page.removed { rows[name] = nil }
        }
        rows = rows.filter { !scopes.isDisjoint(with: $0.value.scopes) }
        checkpoint = found
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
