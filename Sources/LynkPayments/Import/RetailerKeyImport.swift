import LynkCore

/// Keys of retailers' phones, as the office registers and revokes them: what is public of them.
enum RetailerKeyImport {
    static let name = "retailer_keys"

    /// A file with a row again revokes it: `state` REVOKED and `revoked_at`, which may be left out.
    static let importer = Importer(
        name, columns: ["id", "tenant_id", "retailer_id", "key_version", "public_key"]
    ) { text, tenant in
        var table = try ImportTable(
            text, columns: ["id", "tenant_id", "retailer_id", "key_version", "public_key"])
        var changes: [RowChange] = []
        while let row = try table.next() {
            guard try row.tenant("tenant_id") == tenant else { continue }
            changes.append(.birth(try row.key("id"), try values(of: row)))
        }
        return changes
    }

    private static func values(of row: ImportRow) throws -> [RetailerKeyField: Value] {
        var values: [RetailerKeyField: Value] = [
            .retailer: .key(try row.key("retailer_id")),
            .version: .integer(try row.number("key_version", in: 1...Int64.max)),
        ]
        // A phone that only types digits has none.
        if !row.text("public_key").isEmpty {
            guard let raw = bytes(hexadecimal: row.text("public_key")),
                DevicePublicKey(bytes: raw) != nil
            else { throw row.problem("public_key", "is not 64 hexadecimal digits of a key") }
            values[.publicKey] = .blob(raw)
        }
        if !row.text("counter_floor").isEmpty {
            values[.floor] = .integer(
                try row.number("counter_floor", in: 0...(Int64.max - ConfirmationLimits.window)))
        }
        if !row.text("state").isEmpty {
            guard KeyState.lattice.rank(.text(row.text("state"))) != nil else {
                throw row.problem("state", "is not ACTIVE, LOCKED or REVOKED")
            }
            values[.state] = .text(row.text("state"))
        }
        if !row.text("revoked_at").isEmpty {
            values[.revokedAt] = .integer(try row.moment("revoked_at"))
        }
        return values
    }
}
