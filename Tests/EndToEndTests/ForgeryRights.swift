import Foundation
import Lynk
import LynkWire
import Testing

@testable import LynkPayments

extension Forgery {
    /// Rows that their author may not write. What states money is kept for people (P1); what the
    /// office alone writes is sent back.
    ///
    /// Once one of a device is quarantined, its later writes to rows that are not there, or about
    /// such rows, wait (C30).
    static let rights = [
        Forgery("a row that nobody bore", "C30", .receipt(.quarantined, .rowUnknown)) { forge in
            try forge.rows(
                RowChange(
                    table: PaymentField.table.id, key: forge.fresh(), kind: .update,
                    puts: [forge.put(.lifecycle, .text("CANCELLED"))]))
        },
        Forgery("a shop nobody can call", "C34 C5", .receipt(.rejected, .valueInvalid)) { forge in
            try forge.rows(
                RowChange(
                    table: RetailerField.table.id, key: forge.fresh(), kind: .insert,
                    puts: [.init(RetailerField.name.rawValue, .text("Mine"))]))
        },
        Forgery("another name for a shop", "C34 C5", .receipt(.rejected, .notAuthorized)) { forge in
            try forge.rows(
                RowChange(
                    table: RetailerField.table.id, key: forge.town.tank.shop, kind: .update,
                    puts: [.init(RetailerField.name.rawValue, .text("Mine"))]))
        },
        Forgery(
            "an amount that only the hub writes", "C4", .receipt(.quarantined, .fieldNotWritable)
        ) { forge in
            try forge.rows(
                RowChange(
                    table: RetailerField.table.id, key: forge.town.tank.shop, kind: .update,
                    puts: [.init(RetailerField.outstanding.rawValue, .integer(0))]))
        },
        Forgery("a journal entry", "C4 P3", .receipt(.quarantined, .fieldNotWritable)) { forge in
            try forge.rows(
                RowChange(
                    table: JournalEntryField.table.id, key: forge.fresh(), kind: .insert,
                    puts: [.init(1, .text("RECEIPT"))]))
        },
        Forgery("an empty journal entry", "C34 P3", .receipt(.rejected, .notAuthorized)) { forge in
            try forge.rows(
                RowChange(table: JournalEntryField.table.id, key: forge.fresh(), kind: .insert))
        },
        Forgery("a payment that is booked already", "C4", .receipt(.quarantined, .fieldNotWritable))
        {
            forge in
            try forge.rows(forge.payment(and: [forge.put(.applied, .integer(500))]))
        },
        Forgery("money in another's name", "P1", .receipt(.quarantined, .notAuthorized)) { forge in
            try forge.rows(forge.payment(by: forge.town.tank.ravi))
        },
        Forgery("money with a forbidden row", "P1", .receipt(.quarantined, .notAuthorized)) {
            forge in
            try forge.rows(
                forge.payment(),
                RowChange(
                    table: RetailerField.table.id, key: forge.town.tank.shop, kind: .update,
                    puts: [.init(RetailerField.name.rawValue, .text("Mine"))]))
        },
        Forgery("another tenant's shop", "C30 S4", .receipt(.quarantined, .waitingForBirth)) {
            forge in
            try forge.rows(forge.payment(at: forge.town.other.shop))
        },
        Forgery("another tenant's payment", "C30 S4", .receipt(.quarantined, .waitingForBirth)) {
            forge in
            let foreign = try #require(
                try forge.town.thief.rows("SELECT hex(id) FROM payment").first)
            let key = try #require(RowKey(hexadecimalOf: foreign))
            return try forge.rows(
                RowChange(
                    table: PaymentField.table.id, key: key, kind: .update,
                    puts: [forge.put(.lifecycle, .text("CANCELLED"))]))
        },
        Forgery("a payment that it has never seen", "P1", .receipt(.quarantined, .notAuthorized)) {
            forge in
            try forge.rows(
                RowChange(
                    table: PaymentField.table.id, key: forge.town.hidden, kind: .update,
                    puts: [forge.put(.lifecycle, .text("CANCELLED"))]))
        },
        Forgery("the key of an unseen payment", "I4", .receipt(.quarantined, .factReused)) {
            forge in
            try forge.rows(forge.payment(key: forge.town.hidden))
        },
        Forgery("the end of a payment", "C4 P1", .receipt(.quarantined, .deleteUnsupported)) {
            forge in
            try forge.rows(
                RowChange(table: PaymentField.table.id, key: forge.town.own, kind: .delete))
        },
        Forgery("a table that is not", "I5", .receipt(.quarantined, .schemaUnknown)) { forge in
            try forge.rows(RowChange(table: 9_999, key: forge.fresh(), kind: .insert))
        },
        Forgery("a field that is not", "I5", .receipt(.quarantined, .schemaUnknown)) { forge in
            try forge.rows(forge.payment(and: [.init(9_999, .integer(1))]))
        },
        Forgery("a value of another type", "C4", .receipt(.quarantined, .valueInvalid)) { forge in
            try forge.rows(forge.payment(and: [forge.put(.retailerName, .integer(1))]))
        },
        // The lane of another tenant is no lane here, and a shop that left the area while the
        // money was on its way is no reason to lose the money.
        Forgery("another tenant's lane is a new one here", "I3 S4", .receipt(.accepted, nil)) {
            forge in
            let lane = try forge.town.thief.replica.offer().hello.lane
            return try forge.push(forge.seal(), as: forge.hello(lane: lane))
        },
        Forgery("money at a shop outside its scopes", "P1 S3", .receipt(.accepted, nil)) { forge in
            try forge.rows(forge.payment(at: forge.town.tank.farShop))
        },
    ]
}

extension RowKey {
    fileprivate init?(hexadecimalOf text: String) {
        let digits = text.filter(\.isHexDigit).suffix(32)
        var bytes: [UInt8] = []
        var rest = digits[...]
        while rest.count >= 2, let byte = UInt8(rest.prefix(2), radix: 16) {
            bytes.append(byte)
            rest = rest.dropFirst(2)
        }
        self.init(bytes: bytes)
    }
}
