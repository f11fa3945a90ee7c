import GRDB
import LynkCore
import LynkWire

/// The hub's signatures over receipts that are not durable yet.
struct ReceiptProofs {
    private static let entryBytes = 64
    private let database: Database

    init(_ database: Database) { self.database = database }

    func keep(_ proof: ReceiptProof) throws {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(Self.entryBytes * proof.entries.count)
        for entry in proof.entries {
            bytes += entry.oid.bytes + entry.dot.era.bytes
            withUnsafeBytes(of: entry.dot.number.bigEndian) { bytes.append(contentsOf: $0) }
            withUnsafeBytes(of: entry.effective.rawValue.bigEndian) {
                bytes.append(contentsOf: $0)
            }
        }
        let insert = try HotStatement(
            database,
            "INSERT INTO lynk_proof (entries, signature) VALUES (?, ?) ON CONFLICT DO NOTHING")
        insert.bind(1, blob: bytes)
        insert.bind(2, blob: proof.signature)
        try insert.run()
    }

    /// The latest, oldest first, as many as one hello may carry.
    func latest() throws -> [ReceiptProof] {
        Array(try all().suffix(Limits.proofsPerHelloMax)).map(\.proof)
    }

    private func all() throws -> [(id: Int64, proof: ReceiptProof)] {
        let select = try HotStatement(
            database, "SELECT id, entries, signature FROM lynk_proof ORDER BY id")
        defer { select.reset() }
        var found: [(Int64, ReceiptProof)] = []
        while try select.step() {
            let proof = ReceiptProof(
                entries: try Self.entries(select.blob(1)), signature: select.blob(2))
            found.append((select.integer(0), proof))
        }
        return found
    }

    private static func entries(_ bytes: [UInt8]) throws -> [ReceiptProof.Entry] {
        try stride(from: 0, to: bytes.count, by: entryBytes).map { start in
            guard start + entryBytes <= bytes.count,
                let oid = ContentID(bytes: bytes[start..<start + 32]),
                let era = EraID(bytes: bytes[start + 32..<start + 48])
            else { throw Problem(.storeFailed, "a proof of receipts is damaged") }
            func number(_ at: Int) -> UInt64 {
                bytes[start + at..<start + at + 8].reduce(0) { $0 << 8 | UInt64($1) }
            }
            return ReceiptProof.Entry(
                oid: oid, dot: Dot(era: era, number: number(48)),
                effective: HybridTimestamp(rawValue: number(56)))
        }
    }

    /// Proofs of what is durable are no longer needed.
    func drop(durable: VersionVector, _ graph: EraGraph) throws {
        let delete = try HotStatement(database, "DELETE FROM lynk_proof WHERE id = ?")
        for (id, proof) in try all()
        where proof.entries.allSatisfy({ graph.contains(durable, $0.dot) }) {
            delete.bind(1, id)
            try delete.run()
        }
    }
}
