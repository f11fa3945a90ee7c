/// What the kit's own hub has: enough of a hub to judge a client, and none of ours.
///
/// One tenant, rows in named scopes, change sets in commit order. It applies what devices write in
/// that order and computes nothing of the application.
package struct HubState: Sendable {
    struct Stored: Sendable {
        var row: PageRows.Row
        var position: UInt64
        var author: [UInt8]
    }
    struct Commit: Sendable {
        var oid: [UInt8]
        var chain: [UInt8]
    }
    struct Lane: Sendable {
        var device: [UInt8]
        var oids: [[UInt8]] = []
        var ratchet: [UInt8] = []
        var ratchetBefore: [UInt8] = []
    }
    struct Era: Sendable {
        var id: [UInt8]
        var parents: [[UInt8]: UInt64]
    }

    let tenant: [UInt8]
    var hub: [UInt8]
    var key: SigningKey
    var digestKey: [UInt8]
    let schema: BookSchema
    var random: SeededRandom
    var eras: [Era] = []
    /// Commits of the current era.
    var number: UInt64 = 0
    var effective: UInt64 = 0
    var commits: [Commit] = []
    var rows: [PageRows.Name: Stored] = [:]
    var removed: [PageRows.Name: UInt64] = [:]
    /// When each of the device's scopes was born, by position.
    var scopes: [String: UInt64] = ["town": 0]
    var receipts: [[UInt8]: Answer.Receipt] = [:]
    var lanes: [[UInt8]: Lane] = [:]
    var devices: [[UInt8]: Enrolled] = [:]
    /// The last change set of each device that has a receipt.
    var chains: [[UInt8]: [UInt8]] = [:]
    /// What the next new change sets become, in their order; accepted when there is none.
    var judgements: [Judgement] = []
    var columnCodec: UInt64 = 0
    /// Rows on one page.
    var pageRowsMax = 4_096

    struct Enrolled: Sendable {
        var id: [UInt8]
        var user: [UInt8]
        var publicKey: [UInt8]
        var code: String
    }
    struct Judgement: Sendable {
        var disposition: String
        var code: String?
    }

    package init(schema: BookSchema, seed: UInt64) {
        var random = SeededRandom(seed: seed)
        self.schema = schema
        tenant = random.id()
        hub = random.id()
        key = SigningKey.drawn(&random)
        digestKey = random.bytes(32)
        self.random = random
        openEra()
    }

    /// What the hub has, as the book writes it: entries that the current era inherited are left
    /// out (T2).
    var vector: [[UInt8]: UInt64] {
        guard let era = eras.last else { return [:] }
        return number == 0 ? era.parents : [era.id: number]
    }

    var position: UInt64 { UInt64(commits.count) }

    func chain(at position: UInt64) -> [UInt8] {
        guard position > 0, position <= self.position else { return [] }
        return Array(commits[Int(position) - 1].chain.prefix(16))
    }

    /// Opens another era after what there is, as a hub does when it starts (I2).
    mutating func openEra() {
        let parents = eras.isEmpty ? [:] : vector
        if number == 0, !eras.isEmpty { eras.removeLast() }
        eras.append(Era(id: random.id(), parents: parents))
        number = 0
    }

    /// Takes the next number, and gives the stamp of what is committed with it.
    mutating func commit(_ oid: [UInt8], _ disposition: String, now: UInt64) -> PageRows.Stamp {
        number += 1
        effective = max(now << 16, effective + 1)
        let era = eras.last?.id ?? []
        let before = commits.last?.chain ?? [UInt8](repeating: 0, count: 32)
        let chain = Hashing.sha256(
            before + oid + era + bigEndian(number, 8) + bigEndian(effective, 8)
                + Array(disposition.utf8))
        commits.append(Commit(oid: oid, chain: chain))
        return PageRows.Stamp(era: era, number: number, effective: effective)
    }

    /// Puts the fields of a row that is there or born now; a value that is the default is no value.
    mutating func put(
        _ name: PageRows.Name, _ puts: [UInt64: CBORItem], _ stamp: PageRows.Stamp,
        author: [UInt8], scopes: [String] = ["town"]
    ) {
        let isBirth = rows[name] == nil
        var stored =
            rows[name]
            ?? Stored(
                row: .init(
                    table: name.table, key: name.key, scopes: scopes, fields: [:], stamp: stamp,
                    overrides: [:]), position: position, author: author)
        for (field, value) in puts where rises(name.table, field, stored.row.fields[field], value) {
            let standard = schema.defaults[name.table]?[field] ?? .null
            stored.row.fields[field] = value == standard ? nil : value
            if !isBirth { stored.row.overrides[field] = stamp }
        }
        stored.position = position
        rows[name] = stored
        removed[name] = nil
    }

    /// A lattice only rises; any other field takes what comes last.
    private func rises(
        _ table: UInt64, _ field: UInt64, _ old: CBORItem?, _ new: CBORItem
    ) -> Bool {
        guard let states = schema.lattices[table]?[field] else { return true }
        func rank(_ value: CBORItem?) -> Int {
            guard case .text(let text)? = value else { return 0 }
            return states.firstIndex(of: text) ?? 0
        }
        return rank(new) >= rank(old)
    }
}

extension SigningKey {
    /// A key of 32 drawn bytes; any 32 bytes are one.
    static func drawn(_ random: inout SeededRandom) -> SigningKey {
        while true {
            if let key = SigningKey(seed: random.bytes(32)) { return key }
        }
    }
}
