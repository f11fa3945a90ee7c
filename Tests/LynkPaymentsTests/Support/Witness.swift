import LynkCore

@testable import LynkPayments

/// The base shop's phone, and the devices that tell the hub what it confirmed.
final class Witness {
    static let secret = ConfirmationSecret(bytes: (0..<32).map { UInt8($0) })
    static let hour: Int64 = 3_600_000

    let world: World
    /// The shop's own device.
    let shop = Device(40, user: World.shop, role: .retailer, tenant: World.tenant)
    let signing = DeviceKey()
    private var facts: UInt64 = 0

    /// A world whose office gave the shop a card.
    init(_ world: World, floor: Int64 = 0) throws {
        self.world = world
        try register(1, floor: floor)
        world.syncAll()
        shop.sync(with: world.hub)
    }

    static func card(_ version: Int64) -> RowKey { RowKey(high: 0xCA, low: UInt64(version)) }

    func register(_ version: Int64, floor: Int64 = 0) throws {
        try world.push(
            world.office.state(
                Self.card(version),
                [
                    RetailerKeyField.retailer: .key(World.shop), .version: .integer(version),
                    .publicKey: .blob(signing.publicKey.bytes), .floor: .integer(floor),
                ]))
    }

    /// What the payer confirms of a payment that was written.
    func statement(_ written: Written) -> PaymentStatement? {
        PaymentStatement(
            written.changes[0], tenant: RowKey(high: World.tenant.high, low: World.tenant.low))
    }

    /// The nine digits of his phone, for what he says that he pays.
    func code(
        _ written: Written, _ counter: Int64, amount: Int64? = nil, version: Int64 = 1
    ) -> String {
        guard let statement = statement(written) else { return "" }
        let session = PaymentSession(
            tenant: statement.tenant, retailer: statement.retailer,
            amount: amount ?? statement.amount, method: statement.method)
        let key = Self.secret?.codeKey(
            tenant: statement.tenant, retailer: statement.retailer, version: version)
        return session.code(
            key: key ?? [], counter: UInt64(counter), challenge: statement.challenge) ?? ""
    }

    private func nextKey() -> RowKey {
        facts += 1
        return RowKey(high: 0xA7, low: facts)
    }

    /// A worker attaches a code.
    func attest(
        _ device: Device, _ payment: UInt64, _ code: String, of retailer: RowKey = World.shop,
        kind: AttestationKind = .offlineCode
    ) -> Written {
        device.state(
            nextKey(),
            [
                AttestationField.payment: .key(World.payment(payment)),
                .retailer: .key(retailer), .worker: .key(device.user), .amount: 100,
                .kind: .text(kind.rawValue), .code: .text(code),
                .uploadedBy: "WORKER_UPLOAD",
            ])
    }

    func sign(_ device: Device, _ written: Written, _ counter: Int64) throws -> Written {
        guard let statement = statement(written),
            let signed = try SignedConfirmation(
                statement, keyVersion: 1, counter: counter, key: signing)
        else { return written }
        return device.state(
            nextKey(),
            [
                AttestationField.payment: .key(written.changes[0].key),
                .retailer: .key(World.shop), .worker: .key(device.user),
                .amount: .integer(statement.amount),
                .kind: .text(AttestationKind.signature.rawValue), .keyVersion: 1,
                .counter: .integer(counter), .signature: .blob(signed.signature),
                .uploadedBy: "WORKER_UPLOAD",
            ])
    }

    func tap(_ device: Device, _ payment: UInt64, as source: String) -> Written {
        device.state(
            nextKey(),
            [
                AttestationField.payment: .key(World.payment(payment)),
                .retailer: .key(World.shop), .amount: 100, .kind: "APP_TAP",
                .uploadedBy: .text(source),
            ])
    }

    /// A line of the phone's log, brought by the shop's own device; scanned ones name it all.
    func line(
        _ counter: Int64, amount: Int64, challenge: String = "", scanned: PaymentStatement? = nil,
        by device: Device? = nil
    ) -> Written {
        let own = device ?? shop
        var values: [AttestationField: Value] = [
            .retailer: .key(World.shop), .amount: .integer(amount), .method: "CASH",
            .kind: .text(
                (scanned == nil ? AttestationKind.offlineCode : .signature).rawValue),
            .keyVersion: 1, .counter: .integer(counter), .challenge: .text(challenge),
            .uploadedBy: .text(own === shop ? "RETAILER_UPLOAD" : "OFFICE_UPLOAD"),
        ]
        if let scanned {
            values[.payment] = RowKey(scanned.payment).map(Value.key) ?? .null
            values[.worker] = RowKey(scanned.worker).map(Value.key) ?? .null
            values[.payload] = .text(ScanText.show(scanned))
        }
        return own.state(nextKey(), values)
    }

    /// The office's clock strikes so many hours after the world began.
    func tick(_ number: UInt64, afterHours hours: Int64) throws {
        world.office.now = World.start + hours * Self.hour
        try world.push(world.office.tick(number))
    }

    func attestation(_ payment: UInt64) -> String {
        world.hub.entry(PaymentField.self, World.payment(payment))?.text(.attestation) ?? "none"
    }

    var records: [String] {
        world.hub.entries(AttestationField.self).filter { $0.text(.record) == "CLAIMED" }
            .map { "\($0.money(.counter)) \($0.money(.amount))" }
    }

    /// Kind, severity, amount, detail and state of exceptions about confirmations.
    var findings: [String] {
        world.hub.entries(ExceptionField.self)
            .filter {
                $0.text(.kind).contains("ATTEST") || $0.text(.kind).contains("MISMATCH")
                    || $0.text(.kind) == "LOST_DEVICE_RECOVERY"
            }
            .map {
                "\($0.text(.kind)) \($0.text(.severity)) \($0.money(.amount)) \($0.text(.state))"
            }.sorted()
    }
}
