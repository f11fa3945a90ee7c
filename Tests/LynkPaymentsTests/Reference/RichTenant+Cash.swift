import LynkCore
import TestSupport

@testable import LynkPayments

/// What happens to money after it was collected.
extension RichTenant {
    /// What a worker, or a clerk, does besides collecting; several in a row.
    func errands(_ device: Device) -> [Written] {
        var acts: [Written] = []
        let isOffice = device.principal.role == Role.admin.rawValue
        if ways.contains(.handovers), chance(3) {
            acts.append(isOffice ? count(by: device) : handOver(device))
        }
        if ways.contains(.reports), !isOffice, chance(5) {
            let own = device.principal.device
            acts.append(
                device.state(
                    newKey(0x7A),
                    [
                        DeviceReportField.device: .key(RowKey(high: own.high, low: own.low)),
                        .lastCounter: .integer(
                            receipts[device.author, default: 0] + (chance(3) ? 1 : 0)),
                        .worker: .key(device.user),
                    ]))
        }
        if ways.contains(.ticks), !isOffice, chance(5), let payment = anyPayment() {
            let proof = newKey(0x9F)
            acts.append(
                device.state(
                    proof, [ProofFileField.payment: .key(payment), .by: .key(device.user)]))
            if chance(2) {
                acts.append(device.change(proof, [ProofFileField.state: "STORED"]))
            }
        }
        return acts
    }

    /// What the office does besides bills.
    func officeErrands() -> [Written] {
        var acts: [Written] = []
        let office = world.office
        if ways.contains(.handovers), chance(3) { acts.append(count(by: office)) }
        if ways.contains(.handovers), chance(4) {
            acts.append(
                office.state(
                    newKey(0xDB),
                    [DepositField.amount: .integer(someSum()), .day: "2026-11-03"]))
        }
        if ways.contains(.bank), chance(3) { acts.append(bankLine()) }
        if ways.contains(.bank), chance(4), let line = bankLines.randomElement(using: &random),
            let payment = anyPayment()
        {
            acts.append(
                office.state(
                    newKey(0xB2),
                    [
                        BankMatchField.line: .key(line), .payment: .key(payment),
                        .by: .key(office.user),
                    ]))
        }
        if ways.contains(.ticks), chance(2) {
            acts.append(
                office.state(newKey(0x71), [ClockTickField.at: .integer(office.now)]))
        }
        return acts.shuffled(using: &random)
    }

    private func someSum() -> Int64 { Int64.random(in: 1...15, using: &random) * 100_000 }

    private func handOver(_ device: Device) -> Written {
        let own = world.hub.entries(PaymentField.self).filter {
            $0.reference(.worker) == device.user
        }
        let cash = own.filter {
            $0.text(.method) == "CASH" && $0.text(.settlement) == "IN_HAND"
        }
        let all = cash.reduce(0) { $0 + $1.money(.amount) }
        let cheques = own.filter { $0.text(.method) == "CHEQUE" && chance(2) }.map(\.key)
        let said = chance(2) ? all : someSum()
        let key = newKey(0x4A)
        said > 0 ? handed.append((key, said, cheques)) : ()
        return device.state(
            key,
            [
                HandoverField.worker: .key(device.user), .cash: .integer(max(said, 0)),
                .to: chance(4) ? "BANK" : "CASHIER", .cheques: .text(KeyText.list(cheques)),
            ])
    }

    /// Counts what was said, which may not have arrived, or a handover of its own.
    private func count(by clerk: Device) -> Written {
        guard !chance(4), let said = handed.randomElement(using: &random) else {
            let sum = someSum()
            return clerk.state(
                newKey(0x4A),
                [
                    HandoverField.worker: .key(
                        World.worker(UInt64.random(in: 1...3, using: &random))),
                    .cash: .integer(sum), .counted: .integer(chance(3) ? sum - 10_000 : sum),
                ])
        }
        let missing = chance(4) ? said.cheques.filter { _ in chance(2) } : []
        let wrong: Int64 = chance(4) ? Int64.random(in: -2...2, using: &random) * 50_000 : 0
        return clerk.state(
            newKey(0xC7),
            [
                HandoverCountField.handover: .key(said.key),
                .counted: .integer(max(said.sum + wrong, 0)), .by: .key(clerk.user),
                .missing: .text(KeyText.list(missing)),
            ])
    }

    private func bankLine() -> Written {
        let key = newKey(0xB1)
        bankLines.append(key)
        let told = world.hub.entries(PaymentField.self).filter {
            $0.text(.reference).count >= 12
        }.randomElement(using: &random)
        return world.office.state(
            key,
            [
                BankLineField.day: "2026-11-03",
                .amount: chance(5) ? .integer(someSum()) : told?[.amount] ?? .integer(300_000),
                .utr: told?[.reference] ?? "412345678901",
            ])
    }
}
