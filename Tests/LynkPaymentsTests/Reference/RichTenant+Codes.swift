import LynkCore
import TestSupport

@testable import LynkPayments

/// What the base shop confirms with its phone.
extension RichTenant {
    /// The shop gets a card, and some offices let no larger sum in without its word.
    func registerPhone() throws {
        guard ways.contains(.codes) else { return }
        try push(
            world.office.state(
                Witness.card(1),
                [
                    RetailerKeyField.retailer: .key(World.shop), .version: 1,
                    .publicKey: .blob(DeviceKey().publicKey.bytes), .floor: 0,
                ]))
        guard chance(4) else { return }
        try push(
            world.office.state(
                RowKey(high: World.tenant.high, low: World.tenant.low),
                [TenantPolicyField.attestation: "ALWAYS", .attestationAbove: 500_000]))
    }

    /// A worker attaches a code to a payment of his: the right one, another's or a wrong one.
    func attest(_ device: Device) -> [Written] {
        guard ways.contains(.codes), chance(2),
            let paid = paid[device.author]?.randomElement(using: &random),
            let code = code(for: paid)
        else { return [] }
        return [
            device.state(
                newKey(0xA7),
                [
                    AttestationField.payment: .key(paid.changes[0].key),
                    .retailer: .key(World.shop), .worker: .key(device.user), .amount: 100,
                    .kind: .text(AttestationKind.offlineCode.rawValue), .code: .text(code),
                    .uploadedBy: "WORKER_UPLOAD",
                ])
        ]
    }

    private func code(for paid: Written) -> String? {
        let key = paid.changes[0].key
        if !chance(3) {
            phoneCounter += chance(4) ? 2 : 1
            guard let text = text(paid, phoneCounter) else { return nil }
            codes[text] = (key, phoneCounter)
            return text
        }
        // So few that no payment, key or worker is locked for them.
        guard wrongCodes < 5, wronged.insert(key).inserted else { return nil }
        wrongCodes += 1
        let others = codes.filter { $0.value.payment != key }.keys.sorted()
        if !chance(3), let other = others.randomElement(using: &random) { return other }
        return text(paid, phoneCounter + 1, more: 100)
    }

    private func text(_ paid: Written, _ counter: Int64, more: Int64 = 0) -> String? {
        let tenant = RowKey(high: World.tenant.high, low: World.tenant.low)
        guard let statement = PaymentStatement(paid.changes[0], tenant: tenant) else { return nil }
        let session = PaymentSession(
            tenant: statement.tenant, retailer: statement.retailer,
            amount: statement.amount + more, method: statement.method)
        let key = Witness.secret?.codeKey(
            tenant: statement.tenant, retailer: statement.retailer, version: 1)
        return session.code(
            key: key ?? [], counter: UInt64(counter), challenge: statement.challenge)
    }

    /// A line of what the phone keeps, brought by the shop's own device.
    func phoneLine(_ phone: Device) -> [Written] {
        guard ways.contains(.codes), phoneCounter > 0, chance(3) else { return [] }
        let counter = Int64.random(in: 1...phoneCounter, using: &random)
        let payment = codes.values.first { $0.counter == counter }?.payment
        let amount = payment.flatMap { world.hub.entry(PaymentField.self, $0)?.money(.amount) }
        return [
            phone.state(
                newKey(0xA7),
                [
                    AttestationField.retailer: .key(World.shop),
                    .amount: .integer(chance(4) ? 77_700 : amount ?? 300_000), .method: "CASH",
                    .kind: .text(AttestationKind.offlineCode.rawValue), .keyVersion: 1,
                    .counter: .integer(counter), .challenge: "",
                    .uploadedBy: "RETAILER_UPLOAD",
                ])
        ]
    }
}
